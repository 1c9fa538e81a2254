// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.HistoryLine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Which lines are asked for, newest first. Told the files of one share after the other ({@link #begin}), those of each from the newest to the
 * oldest, the lines of each in their order.
 */
final class HistoryQuery {
    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1_000;
    private static final int MAX_BYTES = 4 << 20;

    /** What was found in one share. */
    private static final class Found {
        final List<HistoryLine> newestFirst = new ArrayList<>();
        int bytes;
        /** There are older ones, which were not looked for. */
        boolean more;

        int answered;

        HistoryLine next() {
            return answered < newestFirst.size() ? newestFirst.get(answered) : null;
        }
    }

    private final DescribeHistoryRequest request;
    private final int limit;
    private final List<Found> shares = new ArrayList<>();
    private Found found;
    private ArrayDeque<HistoryLine> ofFile = new ArrayDeque<>();

    HistoryQuery(DescribeHistoryRequest request) {
        this.request = request;
        this.limit = request.getLimit() == 0 ? DEFAULT_LIMIT : request.getLimit();
    }

    static boolean isValid(DescribeHistoryRequest request) {
        return request.getLimit() >= 0
                && request.getLimit() <= MAX_LIMIT
                && request.getKind() != HistoryLine.Kind.UNRECOGNIZED;
    }

    /** The files of the next share follow. */
    void begin() {
        found = new Found();
        shares.add(found);
    }

    /** The next line of the file that is read. */
    void see(HistoryLine line) {
        if (matches(line)) {
            ofFile.addLast(line);
            if (ofFile.size() > limit + 1 - found.newestFirst.size()) {
                ofFile.removeFirst();
            }
        }
    }

    /** The file is at its end; returns whether an older one is of use. */
    boolean endOfFile() {
        Iterator<HistoryLine> newest = ofFile.descendingIterator();
        while (newest.hasNext() && !found.more) {
            HistoryLine line = newest.next();
            found.bytes += line.getSerializedSize();
            found.more = found.newestFirst.size() == limit || found.bytes > MAX_BYTES;
            if (!found.more) {
                found.newestFirst.add(line);
            }
        }
        ofFile = new ArrayDeque<>();
        return !found.more;
    }

    /** The newest of all shares. Where the lines of one end before its files do, older ones of another could stand in the wrong place. */
    DescribeHistoryResponse answer() {
        DescribeHistoryResponse.Builder answer = DescribeHistoryResponse.newBuilder();
        int bytes = 0;
        for (HistoryLine line = takeNewest(); line != null; line = takeNewest()) {
            bytes += line.getSerializedSize();
            if (answer.getLinesCount() == limit || bytes > MAX_BYTES) {
                return answer.setMore(true).build();
            }
            answer.addLines(line);
        }
        return answer.setMore(shares.stream().anyMatch(share -> share.more)).build();
    }

    private HistoryLine takeNewest() {
        Found newest = null;
        for (Found share : shares) {
            HistoryLine next = share.next();
            if (next == null && share.more) {
                return null;
            }
            if (next != null
                    && (newest == null || next.getOffset() > newest.next().getOffset())) {
                newest = share;
            }
        }
        if (newest == null) {
            return null;
        }
        HistoryLine line = newest.next();
        for (Found share : shares) {
            // A gap concerns all of them, and is told once.
            share.answered += share == newest || (line.getMissing() > 0 && line.equals(share.next())) ? 1 : 0;
        }
        return line;
    }

    /** A gap may hide whatever is asked for, so it is always told. */
    private boolean matches(HistoryLine line) {
        if (line.getTimeMs() < request.getSinceMs()) {
            return false;
        }
        if (line.getKind() == HistoryLine.Kind.GAP) {
            return true;
        }
        boolean ofKind = request.getKind() == HistoryLine.Kind.ANY || request.getKind() == line.getKind();
        return ofKind && (request.getName().isEmpty() || isNamed(line, request.getName()));
    }

    private static boolean isNamed(HistoryLine line, String name) {
        return switch (line.getKind()) {
            case PARTITION ->
                line.getName().equals(name)
                        || (line.getName().lastIndexOf('-') == name.length()
                                && line.getName().startsWith(name))
                        || isAmong(line, name);
            case CONFIG ->
                line.getName().equals(name)
                        || line.getName().equals("topic " + name)
                        || line.getName().equals("broker " + name);
            default -> line.getName().equals(name);
        };
    }

    /** Whether {@code name} is that of a partition for which, with others, the line stands. */
    private static boolean isAmong(HistoryLine line, String name) {
        int dash = name.lastIndexOf('-');
        if (line.getPartitions() == 0 || !line.getName().equals(name.substring(0, Math.max(0, dash)))) {
            return false;
        }
        try {
            int number = Integer.parseInt(name.substring(dash + 1)) - line.getFirstPartition();
            return number >= 0 && number < line.getPartitions();
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
