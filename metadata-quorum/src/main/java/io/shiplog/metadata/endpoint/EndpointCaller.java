// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.channel.Channel;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to the endpoint, as its handler sees it. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the channel, which is seen there
public final class EndpointCaller {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointCaller.class);

    private final Channel channel;
    private final String endpoint;
    private final LineBudget lines;
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile HelloRequest hello = HelloRequest.getDefaultInstance();
    private volatile boolean greeted;

    EndpointCaller(Channel channel, String endpoint, LineBudget lines) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.lines = lines;
    }

    int addUnanswered() {
        return unanswered.incrementAndGet();
    }

    boolean greeted() {
        return greeted;
    }

    void greet(HelloRequest request) {
        hello = request;
        greeted = true;
    }

    /** The first message of this connection: who it is. */
    public HelloRequest hello() {
        return hello;
    }

    /**
     * Sends the answer; any thread. Nothing happens when the connection has ended. The request counts as unanswered until the answer has left: who
     * asks and does not read is bounded by that.
     */
    public void answer(EndpointResponse response) {
        channel.writeAndFlush(response).addListener(written -> {
            unanswered.decrementAndGet();
            if (!written.isSuccess() && channel.isOpen()) {
                close("cannot answer: " + written.cause());
            }
        });
    }

    /** Ends the connection; any thread. One line is logged, unless there were many. */
    public void close(String reason) {
        int leftOut = lines.take();
        if (leftOut != LineBudget.LEFT_OUT) {
            LOG.warn(
                    "closing the connection of {} to the {} endpoint: {} ({} such lines left out before)",
                    this,
                    endpoint,
                    reason,
                    leftOut);
        }
        channel.close();
    }

    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public String toString() {
        String who = greeted ? hello.getRole() + " " + hello.getNodeId() + " " : "";
        return who + channel.remoteAddress();
    }
}
