// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

/** What of a client is limited. */
public enum QuotaType {
    /** Bytes of produce requests in a second. */
    PRODUCE("producer_byte_rate", "Produce"),
    /** Bytes of records in a second that are sent to it as a consumer. */
    FETCH("consumer_byte_rate", "Fetch"),
    /** Time that its requests keep the event loop busy, in percent of one processor. */
    REQUEST("request_percentage", "Request");

    private final String key;
    private final String metric;

    QuotaType(String key, String metric) {
        this.key = key;
        this.metric = metric;
    }

    /** Its name in AlterClientQuotas. */
    String key() {
        return key;
    }

    /** What Kafka's metrics of it begin with. */
    String metric() {
        return metric;
    }
}
