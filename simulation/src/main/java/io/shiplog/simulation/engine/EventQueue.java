// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

import io.shiplog.simulation.engine.Scheduler.Event;
import java.util.Arrays;

/**
 * Events by time, among equals by a number of chance, among equals of that by age. A heap over arrays of primitives: it is asked some
 * hundred thousand times a second. Each place has four below it, so that it is half as deep as with two.
 */
final class EventQueue {
    private long[] times = new long[256];
    /** Chance in the upper half, age in the lower. */
    private long[] orders = new long[256];

    private Event[] events = new Event[256];
    private int size;
    private long added;

    void add(long atUs, int tie, Event event) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            orders = Arrays.copyOf(orders, size * 2);
            events = Arrays.copyOf(events, size * 2);
        }
        long order = ((long) tie << 32) | (added++ & 0xFFFF_FFFFL);
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 2;
            if (!isBefore(atUs, order, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        put(at, atUs, order, event);
    }

    long nextAtUs() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    /** The first one, or null; it stays. */
    Event peek() {
        return events[0];
    }

    /** The first one, or null. */
    Event poll() {
        if (size == 0) {
            return null;
        }
        Event first = events[0];
        size--;
        long atUs = times[size];
        long order = orders[size];
        Event last = events[size];
        events[size] = null;
        int at = 0;
        for (int child = 1; child < size; child = 4 * at + 1) {
            int least = leastFrom(child);
            if (isBefore(atUs, order, least)) {
                break;
            }
            move(least, at);
            at = least;
        }
        if (size > 0) {
            put(at, atUs, order, last);
        }
        return first;
    }

    /** Of four places, or of as many as there are, the one that is first. */
    private int leastFrom(int first) {
        int least = first;
        int end = Math.min(first + 4, size);
        for (int i = first + 1; i < end; i++) {
            if (isBefore(times[i], orders[i], least)) {
                least = i;
            }
        }
        return least;
    }

    private boolean isBefore(long atUs, long order, int other) {
        return atUs < times[other] || (atUs == times[other] && order < orders[other]);
    }

    private void move(int from, int to) {
        times[to] = times[from];
        orders[to] = orders[from];
        events[to] = events[from];
    }

    private void put(int at, long atUs, long order, Event event) {
        times[at] = atUs;
        orders[at] = order;
        events[at] = event;
    }
}
