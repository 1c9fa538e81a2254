// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.tools.text.JsonReader;
import io.shiplog.tools.twin.ClusterTwin;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The tool, run in this process. */
public final class Shiplog {
    private Shiplog() {}

    /** How a command ended, and what it said. */
    public record Said(int exit, String out, String err) {
        /** The object that it printed. */
        @SuppressWarnings("unchecked") // so it is in JSON
        public Map<String, Object> object() {
            return (Map<String, Object>) JsonReader.read(out);
        }

        /** The list of objects that it printed. */
        @SuppressWarnings("unchecked") // so it is in JSON
        public List<Map<String, Object>> rows() {
            return (List<Map<String, Object>>) JsonReader.read(out);
        }

        /** It ended with this code and one line on the error stream, which contains all of these. */
        public void isRefused(int code, String... parts) {
            assertThat(err.strip()).as("out: %s", out).hasLineCount(1).startsWith("shiplog: ");
            for (String part : parts) {
                assertThat(err).contains(part);
            }
            assertThat(exit).as(err).isEqualTo(code);
            assertThat(out).isEmpty();
        }

        /** It ended well and printed all of these. */
        public Said isFine(String... parts) {
            assertThat(exit).as("out: %s err: %s", out, err).isZero();
            for (String part : parts) {
                assertThat(out).contains(part);
            }
            return this;
        }
    }

    /** With the quorum of this cluster. */
    public static Said run(ClusterTwin cluster, String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--quorum";
        all[arguments.length + 1] = cluster.quorum().address();
        return run(all);
    }

    public static Said run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = ShiplogMain.commandLine(arguments)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Said(exit, out.toString(), err.toString());
    }
}
