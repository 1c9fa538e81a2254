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

    /** The connection has ended. */
    void removed(ClientConnection connection);
}
