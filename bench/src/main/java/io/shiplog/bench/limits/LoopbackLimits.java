// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.limits;

import io.shiplog.bench.metadata.Figures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** How fast one connection on the loopback carries bytes from the page cache (sendfile) or from memory. */
final class LoopbackLimits {
    private static final int FILE_BYTES = 64 << 20;
    private static final int TIMES = 8;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int SENDFILE_BYTES = 1 << 20;
    private static final double GB = 1e9;

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

    void run() throws IOException {
        try (FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            for (long at = 0; at < FILE_BYTES; ) {
                sent.clear();
                at += file.write(sent, at);
            }
            figures.add("loopback, sendfile of 1 MiB", "GB/s", "", rate(target -> {
                for (long at = 0; at < FILE_BYTES; ) {
                    at += file.transferTo(at, Math.min(SENDFILE_BYTES, FILE_BYTES - at), target);
                }
            }));
            figures.add("loopback, write of 64 KiB", "GB/s", "", rate(target -> {
                for (long at = 0; at < FILE_BYTES; at += BUFFER_BYTES) {
                    sent.clear();
                    while (sent.hasRemaining()) {
                        target.write(sent);
                    }
                }
            }));
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private double rate(Sender sender) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(here, 0));
                SocketChannel target = SocketChannel.open(server.getLocalAddress());
                SocketChannel source = server.accept()) {
            FutureTask<Long> reader = new FutureTask<>(() -> drain(source));
            new Thread(reader, "limits-reader").start();
            long startNs = System.nanoTime();
            for (int i = 0; i < TIMES; i++) {
                sender.send(target);
            }
            target.shutdownOutput();
            long bytes = reader.get();
            return bytes / GB / MemoryLimits.seconds(startNs);
        } catch (ExecutionException e) {
            throw new IOException("reading from the loopback failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private long drain(SocketChannel source) throws IOException {
        long total = 0;
        for (int count = 0; count >= 0; count = source.read(received)) {
            total += count;
            received.clear();
        }
        return total;
    }
}
