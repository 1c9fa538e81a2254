// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import io.shiplog.metadata.FatalHandler;
import io.shiplog.metadata.disk.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;

/** Lets nothing leave before the file with term and vote has its name on the disk; see {@link DurableVotes}. Any thread. */
final class VoteGate {
    private final Path voteFile;
    /** How long a request for a vote goes on trying to reach a peer. */
    private final long patienceMs;

    private final FatalHandler fatal;
    private final boolean syncs = VoteGuards.gate();
    /** Inode of the last {@code raft-meta} whose name was synced: every write of Ratis makes a new file. */
    private Object durable;

    VoteGate(Path voteFile, long patienceMs, FatalHandler fatal) {
        this.voteFile = voteFile;
        this.patienceMs = patienceMs;
        this.fatal = fatal;
    }

    /** Also keeps the vote, see {@link LastVote}. One {@code stat} when nothing changed. A failed sync is not retried: it is fatal, and the message is not sent. */
    synchronized void makeDurable() throws IOException {
        try {
            Object current = identity();
            if (syncs && !Objects.equals(current, durable)) {
                LastVote.keep(voteFile);
                DurableFiles.syncDirectory(voteFile.getParent());
                if (durable == null) {
                    // The first time, the directories above are new too.
                    DurableFiles.syncDirectory(voteFile.getParent().getParent());
                    DurableFiles.syncDirectory(voteFile.getParent().getParent().getParent());
                }
                durable = current;
            }
        } catch (IOException e) {
            fatal.fatal("cannot make the Raft vote durable in " + voteFile.getParent(), e);
            throw e;
        }
    }

    private Object identity() throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(voteFile, BasicFileAttributes.class);
            return attributes.fileKey() + "@" + attributes.lastModifiedTime();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    long patienceMs() {
        return patienceMs;
    }

    void checkAddressee(RaftPeerId self, Object[] arguments) throws IOException {
        RaftRpcRequestProto request = header(arguments[0]);
        if (request != null && !self.equals(RaftPeerId.valueOf(request.getReplyId()))) {
            throw new IOException("message for " + RaftPeerId.valueOf(request.getReplyId()) + " reached " + self);
        }
    }

    private static RaftRpcRequestProto header(Object request) {
        if (request instanceof AppendEntriesRequestProto append) {
            return append.getServerRequest();
        }
        if (request instanceof RequestVoteRequestProto vote) {
            return vote.getServerRequest();
        }
        if (request instanceof InstallSnapshotRequestProto snapshot) {
            return snapshot.getServerRequest();
        }
        if (request instanceof StartLeaderElectionRequestProto election) {
            return election.getServerRequest();
        }
        return null;
    }
}
