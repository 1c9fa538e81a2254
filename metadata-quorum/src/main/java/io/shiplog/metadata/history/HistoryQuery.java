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

/** Which lines are asked for, newest first. Told files from the newest to the oldest, the lines of each in their order. */
final class HistoryQuery {
    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1_000;
    private static final int MAX_BYTES = 4 << 20;

    private final DescribeHistoryRequest request;
    private final int limit;
    private final List<HistoryLine> newestFirst = new ArrayList<>();
    private ArrayDeque<HistoryLine> ofFile = new ArrayDeque<>();
    private int bytes;
    private boolean more;

    HistoryQuery(DescribeHistoryRequest request) {
        this.request = request;
        this.limit = request.getLimit() == 0 ? DEFAULT_LIMIT : request.getLimit();
    }

    static boolean isValid(DescribeHistoryRequest request) {
        return request.getLimit() >= 0
                && request.getLimit() <= MAX_LIMIT
                && request.getKind() != HistoryLine.Kind.UNRECOGNIZED;
    }

    /** The next line of the file that is read. */
    void see(HistoryLine line) {
        if (matches(line)) {
            ofFile.addLast(line);
            if (ofFile.size() > limit + 1 - newestFirst.size()) {
                ofFile.removeFirst();
            }
        }
    }

    /** The file is at its end; returns whether an older one is of use. */
    boolean endOfFile() {
        Iterator<HistoryLine> newest = ofFile.descendingIterator();
        while (newest.hasNext() && !more) {
            HistoryLine line = newest.next();
            bytes += line.getSerializedSize();
            more = newestFirst.size() == limit || bytes > MAX_BYTES;
            if (!more) {
                newestFirst.add(line);
            }
        }
        ofFile = new ArrayDeque<>();
        return !more;
    }

    DescribeHistoryResponse answer() {
        return DescribeHistoryResponse.newBuilder()
                .addAllLines(newestFirst)
                .setMore(more)
                .build();
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
                                && line.getName().startsWith(name));
            case CONFIG ->
                line.getName().equals(name)
                        || line.getName().equals("topic " + name)
                        || line.getName().equals("broker " + name);
            default -> line.getName().equals(name);
        };
    }
}
