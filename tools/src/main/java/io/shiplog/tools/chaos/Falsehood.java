// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a broken log would let a consumer read: every offset is there, and yet something is wrong. The check must tell each of them from the truth. */
enum Falsehood {
    /** One record is not there, and those behind it moved up. */
    LOST,
    /** One record is there once more, at the end. */
    DOUBLED,
    /** Two neighbours have changed places. */
    SWAPPED;

    /** @param partition the records of one partition in order, at least three */
    List<ConsumerRecord<byte[], byte[]>> of(List<ConsumerRecord<byte[], byte[]>> partition) {
        List<ConsumerRecord<byte[], byte[]>> told = new ArrayList<>(partition);
        int middle = told.size() / 2;
        switch (this) {
            case LOST -> told.remove(middle);
            case DOUBLED -> told.add(told.get(middle));
            case SWAPPED -> Collections.swap(told, middle, middle - 1);
        }
        for (int offset = 0; offset < told.size(); offset++) {
            ConsumerRecord<byte[], byte[]> record = told.get(offset);
            told.set(
                    offset,
                    new ConsumerRecord<>(record.topic(), record.partition(), offset, record.key(), record.value()));
        }
        return told;
    }
}
