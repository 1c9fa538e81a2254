// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import java.util.List;
import java.util.function.IntPredicate;

/** What elections need to know of brokers; as a predicate it passes those that are active. */
interface BrokerView extends IntPredicate {
    /** Whether it may lead and be in an ISR. */
    @Override
    boolean test(int brokerId);

    /** Whether it is alive and about to stop: it keeps what nobody else can take. */
    default boolean leaving(int brokerId) {
        return false;
    }

    /** Whether it leads only where nobody else can. */
    default boolean draining(int brokerId) {
        return false;
    }

    /** Whether it may have cut bytes from its logs when it started. */
    default boolean startedUncleanly(int brokerId) {
        return false;
    }

    static BrokerView of(MetadataImage image) {
        return new OfImage(image, PartitionTransition.NO_BROKER);
    }

    /** As if {@code absent} were fenced. */
    static BrokerView without(MetadataImage image, int absent) {
        return new OfImage(image, absent);
    }

    /** As if the {@code avoided} ones were draining. */
    static BrokerView avoiding(MetadataImage image, List<Integer> avoided) {
        return new OfImage(image, PartitionTransition.NO_BROKER, avoided);
    }

    /** The brokers of an image. */
    record OfImage(MetadataImage image, int absent, List<Integer> avoided) implements BrokerView {
        OfImage(MetadataImage image, int absent) {
            this(image, absent, List.of());
        }

        private BrokerImage broker(int brokerId) {
            return brokerId == absent ? null : image.broker(brokerId);
        }

        @Override
        public boolean test(int brokerId) {
            BrokerImage broker = broker(brokerId);
            return broker != null && broker.active();
        }

        @Override
        public boolean leaving(int brokerId) {
            BrokerImage broker = broker(brokerId);
            return broker != null && broker.leaving();
        }

        @Override
        public boolean draining(int brokerId) {
            BrokerImage broker = broker(brokerId);
            return broker != null && (broker.draining() || avoided.contains(brokerId));
        }

        @Override
        public boolean startedUncleanly(int brokerId) {
            BrokerImage broker = broker(brokerId);
            return broker != null && broker.uncleanStart();
        }
    }
}
