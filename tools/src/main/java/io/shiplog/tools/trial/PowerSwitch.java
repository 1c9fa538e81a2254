// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the power of some mounted disks within a fraction of a millisecond, because everything is prepared before. What was not synced is
 * lost; every later call on the file system fails. Processes are to be killed after the cut: a dying process may still flush.
 */
public final class PowerSwitch implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    private PowerSwitch(Process process) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Returns when nothing but the cut itself is left to do. */
    public static PowerSwitch arm(Scripts scripts, List<Disk> disks) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("cut", "--armed"));
        for (Disk disk : disks) {
            arguments.add(disk.directory().toString());
        }
        PowerSwitch armed = new PowerSwitch(scripts.start("lib/disk", arguments));
        armed.expect("armed");
        return armed;
    }

    /** Cuts; returns when it is done. */
    public void cut() throws IOException {
        try (OutputStream orders = process.getOutputStream()) {
            orders.write('\n');
            orders.flush();
            expect("cut");
        }
    }

    private void expect(String answer) throws IOException {
        String line = answers.readLine();
        if (!answer.equals(line)) {
            throw new IOException("bin/lib/disk cut answered " + line + " instead of " + answer);
        }
    }

    /** Without a cut before: leaves the disks as they are. */
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
    }
}
