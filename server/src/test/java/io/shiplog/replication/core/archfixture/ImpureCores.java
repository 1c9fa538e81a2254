// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core.archfixture;

import io.netty.buffer.ByteBuf;
import io.shiplog.storage.archfixture.WrongNeighbours;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.slf4j.LoggerFactory;

/** Each nested class breaks one purity rule (see {@code ArchitectureTest}); {@link Innocent} breaks none. */
public final class ImpureCores {
    private static final String HOURS = "h";

    private ImpureCores() {}

    public static final class Innocent {
        long hourMs = TimeUnit.HOURS.toMillis(1);
        Set<String> none = Set.of();
        Set<String> one = Set.of(HOURS);
        Map<String, String> entry = Map.of(HOURS, HOURS);

        void copy(byte[] from, byte[] to) {
            System.arraycopy(from, 0, to, 0, to.length);
        }
    }

    public static final class ReadsFile {
        boolean exists(Path path) {
            return Files.exists(path);
        }
    }

    public static final class OpensChannel {
        FileChannel channel;
    }

    public static final class StartsThread {
        Thread thread;
    }

    public static final class TakesLock {
        ReentrantLock lock;
    }

    public static final class Logs {
        void log() {
            LoggerFactory.getLogger("core").info("no");
        }
    }

    public static final class IsRandom {
        Random random;
    }

    public static final class KnowsNetty {
        ByteBuf buffer;
    }

    public static final class ReadsClock {
        long nowMs() {
            return System.currentTimeMillis();
        }
    }

    public static final class ReadsInstant {
        String now() {
            return Instant.now().toString();
        }
    }

    public static final class NamesClock {
        LongSupplier clock = System::nanoTime;
    }

    public static final class DrawsUuid {
        Uuid id = Uuid.randomUuid();
    }

    public static final class SaltedSet {
        Set<Integer> set = Set.of(1, 2);
    }

    public static final class SaltedVarargs {
        Set<Integer> of(Integer[] elements) {
            return Set.of(elements);
        }
    }

    public static final class SaltedMap {
        Map<Integer, Integer> map = Map.of(1, 1, 2, 2);
    }

    public static final class SaltedCopy {
        Map<Integer, Integer> copy(Map<Integer, Integer> map) {
            return Map.copyOf(map);
        }
    }

    public static final class Synchronizes {
        synchronized void lock() {}
    }

    public static final class HasVolatile {
        volatile int state;
    }

    public static final class HasStaticState {
        static int state;
    }

    public static final class CallsImpureNeighbour {
        WrongNeighbours neighbour;
    }
}
