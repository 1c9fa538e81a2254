// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.archfixture;

import io.netty.buffer.ByteBuf;
import org.apache.ratis.protocol.RaftPeerId;
import org.rocksdb.RocksDB;

/** Breaks an arrow, as each nested class breaks one rule about modules (see {@code ArchitectureTest}). */
public final class WrongNeighbours {
    io.shiplog.metadata.archfixture.WrongNeighbours forbidden;

    public static final class NettyInStorage {
        ByteBuf buffer;
    }

    public static final class RatisInStorage {
        RaftPeerId peer;
    }

    public static final class RocksOutsideIndex {
        RocksDB db;
    }

    public static final class Exits {
        void exit() {
            System.exit(1);
        }
    }

    public static final class Sleeps {
        void sleep() throws InterruptedException {
            Thread.sleep(1);
        }
    }

    public static final class Prints {
        void print() {
            System.out.println("no");
        }
    }
}
