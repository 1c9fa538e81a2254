// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only another process can show: C18 with a real limit of descriptors, C22. */
class OtherProcessTest {
    private static final int IN_USE = 3;
    private static final int TIMEOUT_S = 120;

    @TempDir
    Path temp;

    /** Ends with {@link #IN_USE} when the directory is refused. */
    static final class OpenMain {
        public static void main(String[] arguments) {
            LogDirectoryConfig config = LogDirectoryConfig.defaultConfig();
            try (LogDirectory directory = LogDirectory.open(Path.of(arguments[0]), config, StorageClock.system())) {
                System.out.println("opened " + directory.path());
            } catch (StorageException e) {
                System.out.println(e.getMessage());
                System.exit(IN_USE);
            }
        }
    }

    /** Creates more partitions than there are descriptors, writes to all, reads all, and opens all again. */
    static final class ManyMain {
        public static void main(String[] arguments) {
            int partitions = Integer.parseInt(arguments[1]);
            TestDirectory directory = new TestDirectory(Path.of(arguments[0]));
            directory.config = directory.config.withMaxOpenFiles(Integer.parseInt(arguments[2]));
            directory.open();
            for (int i = 0; i < partitions; i++) TestDirectory.append(directory.create(i), 1, "p" + i);
            check(directory, partitions, 1);
            directory.kill();
            directory.reopen();
            for (int i = 0; i < partitions; i++) TestDirectory.append(directory.log(i), 1, "again");
            check(directory, partitions, 2);
            directory.close();
            System.out.println("served " + partitions);
        }

        private static void check(TestDirectory directory, int partitions, int records) {
            for (int i = 0; i < partitions; i++) {
                List<String> found = TestDirectory.readAll(directory.log(i));
                if (found.size() != records || !found.get(0).equals("0:p" + i)) {
                    throw new IllegalStateException(i + ": " + found);
                }
            }
        }
    }

    private record Outcome(int status, String output) {}

    private static Outcome run(List<String> before, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
            return new Outcome(process.exitValue(), output);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aSecondProcessIsKeptOutAndLetInWhenTheFirstIsGone() throws Exception {
        Path data = temp.resolve("data");
        try (LogDirectory held = LogDirectory.open(data, LogDirectoryConfig.defaultConfig(), StorageClock.system())) {
            Outcome second = run(List.of(), OpenMain.class, held.path().toString());
            assertThat(second.output()).contains("is in use by another process");
            assertThat(second.status()).isEqualTo(IN_USE);
        }
        assertThat(run(List.of(), OpenMain.class, data.toString()).status()).isZero();
    }

    @Test
    void fewDescriptorsServeManyPartitions() throws Exception {
        List<String> limited = List.of("bash", "-c", "ulimit -n 200 && exec \"$@\"", "limited");
        Outcome many = run(limited, ManyMain.class, temp.resolve("data").toString(), "600", "40");
        assertThat(many.output()).contains("served 600");
        assertThat(many.status()).isZero();
    }
}
