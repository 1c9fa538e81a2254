// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.server.api.ConfigAlterations.Outcome;
import io.shiplog.server.api.ConfigAlterations.Resource;
import io.shiplog.server.protocol.Exchange;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;

/** Alters settings; what differs is how requests and responses say it, and what is asked of the controller. */
abstract class ConfigAlteringHandler<Q extends ApiMessage> implements RequestHandler<Q> {
    private final ConfigAlterations alterations;

    ConfigAlteringHandler(ConfigAlterations alterations) {
        this.alterations = alterations;
    }

    abstract List<Resource> resources(Q request);

    /** Whether what a request does not name is unset. */
    abstract boolean replaces();

    abstract boolean validatesOnly(Q request);

    /** @param asked those of the resources that the controller decides */
    abstract MetadataCommand.Builder command(Q request, List<Resource> asked);

    abstract ApiMessage response(List<Outcome> outcomes);

    @Override
    public final void handle(Q request, Exchange exchange) {
        alterations.run(
                resources(request),
                replaces(),
                validatesOnly(request),
                asked -> command(request, asked),
                exchange,
                outcomes -> exchange.respond(response(outcomes)));
    }
}
