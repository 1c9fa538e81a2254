// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.shiplog.server.protocol.RequestProcessor;

/** What the connections of a listener share. */
interface ListenerContext {
    NettyEventLoop loop();

    NetSettings settings();

    RequestProcessor processor();

    RequestMemory memory();

    ResponseEncoder encoder();

    TransferCounters transfers();

    ListenerCounters counters();

    AnswerMemory answers();

    /** Answers hold more memory than they may: closes connections of those who take theirs not or slowly. */
    void shed();

    /** The connection has ended. */
    void removed(ClientConnection connection);
}
