// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archives of classes that processes start from ({@code bin/lib/class-data.sh}): made once, taken by the JVM, made anew for other jars, and never
 * in the way.
 */
class ClassDataIT {
    private static final String SAY = "echo \"flags: ${CLASS_DATA[*]}\"";

    @TempDir
    private Path copy;

    /** The scripts and the jars of nodes and tools, so that nothing of the build is touched. */
    @BeforeEach
    void copyWhatIsBuilt() throws Exception {
        Path top = Script.top();
        Script.Outcome copied = Script.bash("cp -r '" + top + "/bin' '" + top + "/config' '" + copy + "' && cd '" + top
                + "' && cp --parents */target/classpath */target/*.jar '" + copy + "' && sed -i 's#" + top + "/#" + copy
                + "/#g' '" + copy + "'/*/target/classpath");
        assertThat(copied.exit()).as(copied.output()).isZero();
    }

    @Test
    void anArchiveIsMadeOnceAndTheJvmTakesIt() throws Exception {
        Path old = Files.createDirectories(copy.resolve("target/class-data"))
                .resolve("server-java" + Runtime.version().feature() + "-1.jsa");
        Files.createFile(old);
        assertThat(classData("server", SAY).output())
                .contains("preparing shared class data")
                .containsPattern("flags: -XX:SharedArchiveFile=.*/server-java\\d+-\\d+\\.jsa");
        assertThat(old).doesNotExist();
        // "on" ends a JVM that cannot use the archive; a main class without arguments ends with its usage.
        String java = "\"$JAVA\" -Xshare:on \"${CLASS_DATA[@]}\" -Xlog:class+load -cp \"$(class_path server)\" ";
        assertThat(classData("server", java + "io.shiplog.server.StorageNodeMain")
                        .output())
                .doesNotContain("preparing")
                .contains("usage: storage-node CONFIG")
                .containsPattern("io\\.shiplog\\.\\S+ source: shared objects file \\(top\\)");
        assertThat(classData("tools", SAY).output()).doesNotContain("preparing").contains("tools-java");
    }

    @Test
    void otherJarsGetAnotherArchive() throws Exception {
        String name = "archive_of server";
        String before = classData("server", name, "SHIPLOG_CLASS_DATA=off").output();
        assertThat(classData("server", name, "SHIPLOG_CLASS_DATA=off").output()).isEqualTo(before);
        Path jar = copy.resolve("server/target/server-0.1.0-SNAPSHOT.jar");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
        String after = classData("server", name, "SHIPLOG_CLASS_DATA=off").output();
        assertThat(after).contains("/server-java").isNotEqualTo(before);
        Files.write(jar, new byte[] {1}, StandardOpenOption.APPEND);
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
        assertThat(classData("server", name, "SHIPLOG_CLASS_DATA=off").output()).isNotEqualTo(after);
    }

    @Test
    void aRehearsalThatFailsIsSaidOnceAndProcessesStartAsWithout() throws Exception {
        String broken = "sed -i 's/RehearsalMain/NoSuchMain/' '" + copy + "/bin/lib/class-data.sh'";
        assertThat(Script.bash(broken).exit()).isZero();
        Script.Outcome first = classData("server", SAY);
        assertThat(first.output()).contains("no shared class data").endsWith("flags: \n");
        assertThat(classData("server", SAY).output()).isEqualTo("flags: \n");
    }

    @Test
    void itCanBeSwitchedOff() throws Exception {
        assertThat(classData("server", SAY, "SHIPLOG_CLASS_DATA=off").output()).isEqualTo("flags: \n");
        assertThat(copy.resolve("target/class-data")).doesNotExist();
    }

    private Script.Outcome classData(String module, String then, String... environment) throws Exception {
        String line = String.join(" ", environment) + " bash -c '. \"" + copy
                + "/bin/lib/common.sh\"; find_java; class_data " + module + "; " + then + "'";
        return Script.bash(line);
    }
}
