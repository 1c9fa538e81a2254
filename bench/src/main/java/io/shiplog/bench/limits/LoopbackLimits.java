// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.limits;

import io.shiplog.bench.harness.Figures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** How fast one connection on the loopback carries bytes from the page cache (sendfile) or from memory, at what processor time, and how soon a word is answered. */
final class LoopbackLimits {
    static final String ROUND_TRIP = "loopback, 64 bytes there and back: median";
    static final String SENDFILE = "loopback, sendfile of 1 MiB";
    static final String WRITE = "loopback, write of 64 KiB";
    static final String SENDER_CPU = ", sender's CPU";
    static final String RECEIVER_CPU = ", receiver's CPU";

    private static final int FILE_BYTES = 64 << 20;
    private static final int TIMES = 8;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int SENDFILE_BYTES = 1 << 20;
    private static final int WORD_BYTES = 64;
    private static final int WORDS = 4_000;
    private static final double GB = 1e9;
    private static final double NS_PER_US = 1_000;
    private static final double P99 = 0.99;

    private final Figures figures;
    private final Path path;
    private final ByteBuffer sent = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer received = ByteBuffer.allocateDirect(4 * BUFFER_BYTES);

    LoopbackLimits(Figures figures, Path directory) {
        this.figures = figures;
        this.path = directory.resolve("sent");
    }

    /** Sends bytes through a connection. */
    private interface Sender {
        void send(SocketChannel target) throws IOException;
    }

    /** What the other end of a connection does; the result is what it wants to tell. */
    private interface Peer<T> {
        T run(SocketChannel source) throws IOException;
    }

    private record Received(long bytes, double cpuSeconds) {}

    void run() throws IOException {
        try (FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            for (long at = 0; at < FILE_BYTES; ) {
                sent.clear();
                at += file.write(sent, at);
            }
            carry(SENDFILE, target -> {
                for (long at = 0; at < FILE_BYTES; ) {
                    at += file.transferTo(at, Math.min(SENDFILE_BYTES, FILE_BYTES - at), target);
                }
            });
            carry(WRITE, target -> {
                for (long at = 0; at < FILE_BYTES; at += BUFFER_BYTES) {
                    sent.clear();
                    while (sent.hasRemaining()) {
                        target.write(sent);
                    }
                }
            });
        } finally {
            Files.deleteIfExists(path);
        }
        roundTrips();
    }

    private void carry(String name, Sender sender) throws IOException {
        connected(this::drain, (target, reader) -> {
            long startNs = System.nanoTime();
            double cpuBefore = ThreadCpu.seconds();
            for (int i = 0; i < TIMES; i++) {
                sender.send(target);
            }
            target.shutdownOutput();
            double cpu = ThreadCpu.seconds() - cpuBefore;
            Received at = reader.get();
            double gb = at.bytes() / GB;
            figures.add(name, "GB/s", "", gb / MemoryLimits.seconds(startNs));
            figures.add(name + SENDER_CPU, "s/GB", "", cpu / gb);
            figures.add(name + RECEIVER_CPU, "s/GB", "", at.cpuSeconds() / gb);
        });
    }

    private Received drain(SocketChannel source) throws IOException {
        double cpuBefore = ThreadCpu.seconds();
        long total = 0;
        for (int count = 0; count >= 0; count = source.read(received)) {
            total += count;
            received.clear();
        }
        return new Received(total, ThreadCpu.seconds() - cpuBefore);
    }

    private void roundTrips() throws IOException {
        connected(this::echo, (target, peer) -> {
            target.setOption(StandardSocketOptions.TCP_NODELAY, true);
            double[] us = new double[WORDS];
            ByteBuffer word = ByteBuffer.allocateDirect(WORD_BYTES);
            for (int i = 0; i < WORDS; i++) {
                long startNs = System.nanoTime();
                word.clear();
                target.write(word);
                readWord(target, word);
                us[i] = (System.nanoTime() - startNs) / NS_PER_US;
            }
            target.shutdownOutput();
            peer.get();
            Arrays.sort(us);
            figures.add(ROUND_TRIP, "us", "", Figures.median(us));
            figures.add("loopback, 64 bytes there and back: p99", "us", "", Figures.quantile(us, P99));
        });
    }

    private Long echo(SocketChannel source) throws IOException {
        source.setOption(StandardSocketOptions.TCP_NODELAY, true);
        ByteBuffer word = ByteBuffer.allocateDirect(WORD_BYTES);
        long words = 0;
        while (readWord(source, word)) {
            word.flip();
            source.write(word);
            words++;
        }
        return words;
    }

    /** Whether a whole one came. */
    private static boolean readWord(SocketChannel source, ByteBuffer word) throws IOException {
        word.clear();
        while (word.hasRemaining()) {
            if (source.read(word) < 0) {
                return false;
            }
        }
        return true;
    }

    /** One end of a connection, with the result of the other. */
    private interface Work<T> {
        void run(SocketChannel target, FutureTask<T> peer) throws IOException, ExecutionException, InterruptedException;
    }

    private static <T> void connected(Peer<T> peer, Work<T> work) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(here, 0));
                SocketChannel target = SocketChannel.open(server.getLocalAddress());
                SocketChannel source = server.accept()) {
            FutureTask<T> task = new FutureTask<>(() -> peer.run(source));
            new Thread(task, "limits-peer").start();
            work.run(target, task);
        } catch (ExecutionException e) {
            throw new IOException("the other end of the loopback failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
