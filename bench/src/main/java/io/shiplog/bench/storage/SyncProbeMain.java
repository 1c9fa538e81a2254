// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.storage;

import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.Machine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code bin/bench sync-probe}: what a write with a sync costs in a file that grows, in one whose blocks are reserved, in one that is filled
 * with zeros, and in one that is used again. The kinds take turns, so that whatever else the disk does concerns all of them. The answer to whether
 * segments should be preallocated on a machine.
 */
public final class SyncProbeMain {
    private static final String USAGE = "usage: bin/bench sync-probe [--writes N] [--bytes N] [--dir PATH]\n";
    private static final int BAD_USAGE = 2;
    private static final int CHUNK = 1 << 20;

    private SyncProbeMain() {}

    /** A kind of file, and where the next write goes. */
    private static final class Kind {
        final String name;
        final FileChannel channel;
        final boolean metadata;
        long position;

        Kind(String name, FileChannel channel, boolean metadata) {
            this.name = name;
            this.channel = channel;
            this.metadata = metadata;
        }
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new TreeMap<>(Map.of("--writes", "1000", "--bytes", "4096", "--dir", ""));
        for (int i = 0; i < arguments.length; i += 2) {
            if (!options.containsKey(arguments[i]) || i + 1 == arguments.length) {
                System.err.print(USAGE);
                System.exit(BAD_USAGE);
            }
            options.put(arguments[i], arguments[i + 1]);
        }
        String parent = options.get("--dir");
        Path directory = parent.isEmpty()
                ? Files.createTempDirectory("shiplog-sync-probe")
                : Files.createTempDirectory(Path.of(parent), "shiplog-sync-probe");
        System.out.println(Machine.describe());
        System.out.println("load average before: " + Machine.loadAverage() + "; "
                + Files.getFileStore(directory).type() + "; " + options);
        Figures figures =
                probe(directory, Integer.parseInt(options.get("--writes")), Integer.parseInt(options.get("--bytes")));
        System.out.println();
        figures.print(System.out);
        System.exit(0);
    }

    static Figures probe(Path directory, int writes, int bytes) throws IOException, InterruptedException {
        long size = (long) writes * bytes;
        Kind[] kinds = {
            new Kind("grows, fdatasync", open(directory, "grows"), false),
            new Kind("grows, fsync", open(directory, "grows-fsync"), true),
            new Kind("blocks reserved (fallocate), fdatasync", reserved(directory, size), false),
            new Kind("filled with zeros, fdatasync", filled(directory, "zeros", size, (byte) 0), false),
            new Kind("used again, fdatasync", filled(directory, "again", size, (byte) 1), false),
        };
        Figures figures = new Figures();
        ByteBuffer data = ByteBuffer.allocateDirect(bytes);
        for (int i = 0; i < data.capacity(); i++) {
            data.put(i, (byte) (i * 31 + 7));
        }
        for (int i = 0; i < writes; i++) {
            for (Kind kind : kinds) {
                figures.add("write and sync: " + kind.name, "us", "", writeAndSync(kind, data));
            }
        }
        for (Kind kind : kinds) {
            kind.channel.close();
        }
        for (String name : new String[] {"grows", "grows-fsync", "reserved", "zeros", "again"}) {
            Files.delete(directory.resolve(name));
        }
        Files.delete(directory);
        return figures;
    }

    private static double writeAndSync(Kind kind, ByteBuffer data) throws IOException {
        data.rewind();
        long startNs = System.nanoTime();
        while (data.hasRemaining()) {
            kind.position += kind.channel.write(data, kind.position);
        }
        kind.channel.force(kind.metadata);
        return (System.nanoTime() - startNs) / 1e3;
    }

    private static FileChannel open(Path directory, String name) throws IOException {
        return FileChannel.open(
                directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** Java cannot reserve blocks itself. */
    private static FileChannel reserved(Path directory, long size) throws IOException, InterruptedException {
        Path file = directory.resolve("reserved");
        int status = new ProcessBuilder("fallocate", "-l", Long.toString(size), file.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            System.out.println("fallocate is not possible here: that file grows");
        }
        FileChannel channel = open(directory, "reserved");
        channel.force(true);
        return channel;
    }

    private static FileChannel filled(Path directory, String name, long size, byte with) throws IOException {
        FileChannel channel = open(directory, name);
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        for (int i = 0; i < CHUNK; i++) {
            chunk.put(i, with);
        }
        for (long at = 0; at < size; at += chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK, size - at));
            channel.write(chunk, at);
        }
        channel.force(true);
        return channel;
    }
}
