// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.controller.Decision;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.CommandOrigin;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands that were decided one after the other, and are agreed on together: in one entry if they fit. A decision stays whole unless it is
 * larger than an entry by itself; then it may be split at any record, as {@link Decision} says.
 */
final class Round {
    private record Decided(PendingCommand command, MetadataResult result) {}

    private record Piece(List<MetadataRecord> records, int bytes, CommandOrigin origin) {}

    private final int maxEntryBytes;
    private final List<Decided> decided = new ArrayList<>();
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    private final List<CommandOrigin> origins = new ArrayList<>();
    private MetadataImage candidate;
    private int bytes;
    private boolean answersSomebody;

    Round(MetadataImage image, int maxEntryBytes) {
        this.candidate = image;
        this.maxEntryBytes = maxEntryBytes;
    }

    /** What the next command is decided on. */
    MetadataImage candidate() {
        return candidate;
    }

    void add(PendingCommand command, Decision decision) {
        decided.add(new Decided(command, decision.result()));
        answersSomebody |= command.isFromOutside();
        candidate = candidate.candidate(decision.records());
        List<MetadataRecord> piece = new ArrayList<>();
        int pieceBytes = 0;
        for (MetadataRecord record : decision.records()) {
            int size = record.getSerializedSize();
            if (pieceBytes > 0 && pieceBytes + size > maxEntryBytes) {
                addPiece(command, piece, pieceBytes);
                piece = new ArrayList<>();
                pieceBytes = 0;
            }
            piece.add(record);
            pieceBytes += size;
        }
        if (!piece.isEmpty()) {
            addPiece(command, piece, pieceBytes);
        }
    }

    private void addPiece(PendingCommand command, List<MetadataRecord> records, int recordBytes) {
        CommandOrigin origin = CommandOrigins.of(command.command(), records.size());
        int size = recordBytes + origin.getSerializedSize();
        pieces.addLast(new Piece(records, size, origin));
        bytes += size;
    }

    /** Whether more commands can be expected to fit into its entry. */
    boolean hasRoom(int maxCommands) {
        return bytes < maxEntryBytes && decided.size() < maxCommands;
    }

    /** False when it changes nothing and nobody waits for it. A refusal too waits for its round: only so is it known to be no stale one. */
    boolean isWorthAgreeing() {
        return answersSomebody || !pieces.isEmpty();
    }

    /** Takes the records of the next entry, in order. None the first time when the round has no records at all. */
    List<MetadataRecord> nextEntry() {
        List<MetadataRecord> entry = new ArrayList<>();
        int size = 0;
        origins.clear();
        while (!pieces.isEmpty() && (entry.isEmpty() || size + pieces.peek().bytes() <= maxEntryBytes)) {
            Piece piece = pieces.poll();
            entry.addAll(piece.records());
            origins.add(piece.origin());
            size += piece.bytes();
        }
        return entry;
    }

    /** Whose commands the records of the entry that was taken last carry out, in their order. */
    List<CommandOrigin> origins() {
        return List.copyOf(origins);
    }

    boolean isWhollyProposed() {
        return pieces.isEmpty();
    }

    /** Its entries are applied: everybody gets the answer. */
    void answerAll() {
        for (Decided each : decided) {
            each.command().answer(each.result());
        }
    }

    /** The commands, to be decided again or failed. */
    List<PendingCommand> pending() {
        List<PendingCommand> result = new ArrayList<>();
        for (Decided each : decided) {
            result.add(each.command());
        }
        return result;
    }
}
