// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;

/** What can be asked of every API: a request with nothing in it, half of one, none at all, and one in a version that is not served. */
final class AnyApiSteps {
    private AnyApiSteps() {}

    static void addTo(Script script) {
        for (ApiKeys api : ApiKeys.clientApis()) {
            if (isTurnedDown(api)) {
                continue;
            }
            if (!isOfChance(api)) {
                script.ask(api, "with nothing set", (cluster, version) -> api.messageType.newRequest());
            }
            int last = api.latestVersion();
            script.askRaw(api, "no body", last, (cluster, version) -> ByteBuffer.allocate(0));
            script.askRaw(api, "half a body", last, (cluster, version) -> half(api, version));
            script.askRaw(
                    api,
                    "a version to come",
                    api.latestVersion(true) + 1,
                    (cluster, version) -> empty(api, api.latestVersion()));
            if (api.oldestVersion() > 0) {
                script.askRaw(
                        api,
                        "a version that was",
                        api.oldestVersion() - 1,
                        (cluster, version) -> empty(api, api.oldestVersion()));
            }
        }
    }

    /** Those whose empty request would change who is in the quorum, or would have to be waited for. */
    private static boolean isTurnedDown(ApiKeys api) {
        return api == ApiKeys.ADD_RAFT_VOTER || api == ApiKeys.REMOVE_RAFT_VOTER;
    }

    /** Produce would ask for no answer, the others for what this node happens to have of groups. */
    private static boolean isOfChance(ApiKeys api) {
        return api == ApiKeys.PRODUCE
                || api == ApiKeys.METADATA
                || api == ApiKeys.LIST_GROUPS
                || api == ApiKeys.OFFSET_FETCH
                || api == ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
    }

    private static ByteBuffer empty(ApiKeys api, short version) {
        return Connection.bytes(api.messageType.newRequest(), version);
    }

    private static ByteBuffer half(ApiKeys api, short version) {
        ByteBuffer whole = empty(api, version);
        return whole.limit(whole.limit() / 2).slice();
    }
}
