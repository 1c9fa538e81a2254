// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestProcessor;
import java.util.function.LongSupplier;

/** Stands before the processor of requests, and meters them as long as somebody has a quota. */
public final class QuotaProcessor implements RequestProcessor {
    private final RequestProcessor processor;
    private final ClientQuotas quotas;
    private final LongSupplier nanoClock;

    /** @param nanoClock monotonic */
    public QuotaProcessor(RequestProcessor processor, ClientQuotas quotas, LongSupplier nanoClock) {
        this.processor = processor;
        this.quotas = quotas;
        this.nanoClock = nanoClock;
    }

    @Override
    public void process(Exchange exchange) {
        if (!quotas.limitsClients()) {
            processor.process(exchange);
            return;
        }
        MeteredExchange metered = new MeteredExchange(exchange, quotas, nanoClock);
        try {
            processor.process(metered);
        } finally {
            metered.handled();
        }
    }
}
