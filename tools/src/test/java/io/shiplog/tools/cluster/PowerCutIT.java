// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/powercut} in small, and that its disks are nobody else's. */
class PowerCutIT {
    @TempDir
    private Path temporary;

    @Test
    void aVoteOutlivesAPowerCut() throws Exception {
        Script.Outcome cut =
                Script.execute("powercut", List.of("quorum", "--only", "votes", "--cycles", "1", "--seed", "1"));
        assumeThat(cut.output())
                .as("root, loop devices and mkfs.ext4")
                .doesNotContain("powercut: skipped, this machine cannot");
        assertThat(cut.exit()).as(cut.output()).isZero();
        assertThat(cut.output()).contains("votes 1/1").containsPattern("votes +1 +1 +\\d+ s +ok");
    }

    @Test
    void whatStorageNodesAcknowledgedOutlivesAPowerCut() throws Exception {
        Script.Outcome cut =
                Script.execute("powercut", List.of("storage", "--only", "storage", "--cycles", "1", "--seed", "1"));
        assumeThat(cut.output())
                .as("root, loop devices and mkfs.ext4")
                .doesNotContain("powercut: skipped, this machine cannot");
        assertThat(cut.exit()).as(cut.output()).isZero();
        assertThat(cut.output()).contains("storage 1/1").containsPattern("storage +1 +1 +\\d+ s +ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "unmount"})
    void aFileSystemThatIsNotOursIsLeftAlone(String command) throws Exception {
        Script.Outcome root = Script.execute("lib/disk", List.of(command, "/"));
        assertThat(root.exit()).isEqualTo(2);
        assertThat(root.output()).contains("/ is not below a work directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "unmount"})
    void aDirectoryThatIsNoMountedDiskIsRefused(String command) throws Exception {
        Path directory = markedWork().resolve("plain");
        Files.createDirectory(directory);
        Script.Outcome refused = Script.execute("lib/disk", List.of(command, directory.toString()));
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.output()).contains("is not a mounted disk");
    }

    @Test
    void anImageOutsideOfAWorkDirectoryIsRefused() throws Exception {
        Path image = temporary.resolve("image");
        Files.writeString(image, "somebody's");
        Script.Outcome refused = Script.execute("lib/disk", List.of("make", image.toString(), "16"));
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(image).hasContent("somebody's");
    }

    @Test
    void aBadOptionIsSaidBeforeAnythingIsTried() throws Exception {
        Script.Outcome unknown = Script.execute("powercut", List.of("quorum", "--cycles", "none"));
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.output()).contains("--cycles none: a number from 1 is allowed");
    }

    private Path markedWork() throws IOException, InterruptedException {
        Path work = temporary.resolve("work");
        Script.Outcome made = Script.execute("lib/disk", List.of("work", work.toString()));
        assertThat(made.exit()).isZero();
        return work;
    }
}
