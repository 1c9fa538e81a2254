// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row P5 of the pitfalls of Ratis: a full disk empties the vote file. */
class LastVoteTest {
    @TempDir
    private Path raft;

    private final List<String> fatals = new ArrayList<>();
    private Path current;
    private Path voteFile;
    private VoteGate gate;

    @BeforeEach
    void directories() throws IOException {
        current = Files.createDirectories(raft.resolve("group/current"));
        voteFile = current.resolve("raft-meta");
        gate = new VoteGate(voteFile, 100, (reason, cause) -> fatals.add(reason));
    }

    /** As Ratis writes it: a new file in the place of the old one. */
    private void write(String content) throws IOException {
        Path temporary = current.resolve("raft-meta.tmp");
        Files.writeString(temporary, content);
        Files.move(temporary, voteFile, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void anEmptyVoteFileGetsTheVoteBackThatLeftLast() throws IOException {
        write("term=6\nvotedFor=1-a\n");
        gate.makeDurable();
        write("term=7\nvotedFor=2-b\n");
        gate.makeDurable();
        write("");
        RaftMetaGuard.check(current);
        assertThat(voteFile).hasContent("term=7\nvotedFor=2-b\n");
    }

    @Test
    void nothingLeavesAfterAVoteThatHadNoRoom() throws IOException {
        write("term=7\nvotedFor=2-b\n");
        gate.makeDurable();
        write("");
        assertThatThrownBy(gate::makeDurable).hasMessageContaining("no room");
        assertThat(fatals).hasSize(1);
        RaftMetaGuard.check(current);
        assertThat(voteFile).hasContent("term=7\nvotedFor=2-b\n");
    }

    @Test
    void aVoteThatIsKeptAlreadyLeavesNothingBehind() throws IOException {
        write("term=7\nvotedFor=2-b\n");
        gate.makeDurable();
        new VoteGate(voteFile, 100, (reason, cause) -> fatals.add(reason)).makeDurable();
        assertThat(fatals).isEmpty();
        assertThat(current.resolve("raft-meta.shiplog-next")).doesNotExist();
    }

    @Test
    void anEmptyVoteFileWithoutACopyIsRefused() throws IOException {
        write("");
        assertThatThrownBy(() -> RaftMetaGuard.check(current)).hasMessageContaining("cannot vote any more");
    }

    @Test
    void aDamagedVoteFileIsNotReplacedByAnOlderOne() throws IOException {
        write("term=7\nvotedFor=2-b\n");
        gate.makeDurable();
        write("te");
        assertThatThrownBy(() -> RaftMetaGuard.check(current)).hasMessageContaining("cannot vote any more");
    }

    @Test
    void aWholeVoteFileIsLeftAlone() throws IOException {
        write("term=7\nvotedFor=2-b\n");
        gate.makeDurable();
        write("term=8\nvotedFor=3-c\n");
        RaftMetaGuard.check(current);
        assertThat(voteFile).hasContent("term=8\nvotedFor=3-c\n");
    }
}
