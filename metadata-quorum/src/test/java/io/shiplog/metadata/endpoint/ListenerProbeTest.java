// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListenerProbeTest {
    private static final String HOST = "127.0.0.1";

    private final ListenerProbe probe = new ListenerProbe();

    @AfterEach
    void close() {
        probe.close();
    }

    @Test
    void portWhereNobodyListensIsToldOf() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        CountDownLatch told = new CountDownLatch(1);
        probe.ask(HOST, port, told::countDown);
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoListensSeesAConnectionThatEndsAndIsNotToldOf() throws IOException {
        AtomicInteger told = new AtomicInteger();
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(10_000);
            probe.ask(HOST, listener.getLocalPort(), told::incrementAndGet);
            try (Socket accepted = listener.accept()) {
                accepted.setSoTimeout(10_000);
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            }
        }
        assertThat(told).hasValue(0);
    }
}
