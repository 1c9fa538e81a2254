// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.index.IndexBlock;
import io.shiplog.storage.index.IndexStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An index store that loses power, as RocksDB does with our options. Blocks go without a write-ahead log: after a power cut
 * those of the last flush are there and any beginning of what came later. All else goes through the log, which is synced
 * before a truncation: what came after that is there up to any point. The two lose independently of each other.
 *
 * <p>Stands between the log and a {@link MemoryIndexStore}; made by reflection, so that a new method of the port needs no
 * change here: whatever returns nothing is a change.
 */
final class CrashableIndexStore {
    /** What the store holds after a crash, seen from the segments. */
    enum Loss {
        /** All that it was told: it may tell of more than the segments hold. */
        AHEAD,
        /** What was flushed or forgotten durably, and no more. */
        BEHIND,
        /** Any mixture that RocksDB's options allow. */
        MIXED,
        /** Nothing: the store was damaged or deleted. */
        LOST;

        private static final List<Loss> ALL = List.of(values());

        static Loss any(int choice) {
            return ALL.get(choice % ALL.size());
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Change(Method method, Object[] arguments) {
        boolean isForgetting() {
            return method.getName().startsWith("forget");
        }

        /** The one that is durable when it returns, and with it whatever went through the write-ahead log before. */
        boolean isSynced() {
            return method.getName().equals("forgetFrom");
        }
    }

    /** What a crash leaves in any case. */
    private List<Change> durable = new ArrayList<>();

    private List<Change> since = new ArrayList<>();
    private MemoryIndexStore memory = new MemoryIndexStore();

    /** The store as the log sees it, until the next crash. */
    IndexStore open() {
        MemoryIndexStore target = memory;
        return (IndexStore) Proxy.newProxyInstance(
                IndexStore.class.getClassLoader(), new Class<?>[] {IndexStore.class}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) return invoke(method, target, arguments);
                    synchronized (this) {
                        // A store of a process that has crashed tells and takes nothing any more.
                        if (target == memory && method.getReturnType() == void.class) note(method, arguments);
                    }
                    return invoke(method, target, arguments);
                });
    }

    private void note(Method method, Object[] arguments) {
        switch (method.getName()) {
            case "close" -> {}
            case "flush" -> {
                durable.addAll(since);
                since = new ArrayList<>();
            }
            default -> since.add(new Change(method, arguments));
        }
    }

    /** The process is gone, and the power is not: blocks were in its memory, the log is with the operating system. */
    synchronized void processDied() {
        List<Change> left = new ArrayList<>();
        for (Change change : since) {
            Change kept = without(change, false, true);
            if (kept != null) left.add(kept);
        }
        since = left;
        replay();
    }

    /** The process is gone, and the power with it. */
    synchronized void crash(Loss loss, long seed) {
        List<Change> left = new ArrayList<>();
        if (loss != Loss.LOST) {
            left.addAll(durable);
            Random random = new Random(seed * 0x9E3779B97F4A7C15L + 3);
            int synced = endOfSynced();
            int state = loss == Loss.AHEAD ? since.size() : loss == Loss.BEHIND ? synced : any(random, synced);
            int blocks = loss == Loss.AHEAD ? since.size() : loss == Loss.BEHIND ? 0 : any(random, 0);
            for (int i = 0; i < since.size(); i++) {
                Change change = without(since.get(i), i >= state, i >= blocks);
                if (change != null) left.add(change);
            }
        }
        durable = left;
        since = new ArrayList<>();
        replay();
    }

    private void replay() {
        memory = new MemoryIndexStore();
        for (Change change : durable) invoke(change.method(), memory, change.arguments());
        for (Change change : since) invoke(change.method(), memory, change.arguments());
    }

    private int endOfSynced() {
        for (int i = since.size(); i > 0; i--) if (since.get(i - 1).isSynced()) return i;
        return 0;
    }

    private int any(Random random, int from) {
        return from + random.nextInt(since.size() - from + 1);
    }

    private static Change without(Change change, boolean stateIsLost, boolean blockIsLost) {
        if (change.isForgetting()) return stateIsLost ? null : change;
        Object[] arguments = change.arguments().clone();
        for (int i = 1; i < arguments.length; i++) {
            boolean isLost = arguments[i] instanceof IndexBlock ? blockIsLost : stateIsLost;
            if (!isLost) continue;
            if (change.method().getParameterTypes()[i].isPrimitive()) return null;
            arguments[i] = null;
        }
        return new Change(change.method(), arguments);
    }

    private static Object invoke(Method method, Object target, Object[] arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            throw new IllegalStateException(e);
        }
    }
}
