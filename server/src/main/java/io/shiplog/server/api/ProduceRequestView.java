// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.server.protocol.RequestHeader;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * A produce request read where it lies: no object for a topic, a partition or a batch. It is walked to its end before anything of it is given out, so that
 * bytes that are no request have no effect; then topic by topic, and in each partition by partition.
 *
 * <pre>
 * nullable string  transactional id
 * int16            acks
 * int32            timeout, ms
 * array of topics        string  name           (versions 3 to 12)
 *                        uuid    topic id       (from version 13)
 *                        array of partitions    int32  index
 *                                               nullable bytes  records
 *                                               tagged fields   (from version 9)
 *                        tagged fields          (from version 9)
 * tagged fields          (from version 9; counts and lengths are compact then)
 * </pre>
 *
 * Accepts and refuses what Kafka's generated ProduceRequestData does, but for the number of elements, which is bounded as that of every request. May be used for
 * one request after the other. Not thread-safe.
 */
public final class ProduceRequestView {
    static final short FIRST_WITH_TOPIC_IDS = 13;

    private final BodyCursor cursor = new BodyCursor();
    private final TopicKeys keys = new TopicKeys();

    private ByteBuffer body;
    private boolean withIds;
    private boolean transactional;
    private short acks;
    private int timeoutMs;

    private int topicsLeft;
    private boolean inTopic;
    private int keyAt; // the id, or the name's first byte
    private int nameLength;
    private int partitionsLeft;
    private int partition;

    /**
     * Takes a request, and stands before its first topic.
     *
     * @param body from its position on; both its position and its limit are moved from now on
     * @throws InvalidRequestException when it is none
     */
    public void wrap(ByteBuffer body, RequestHeader header) {
        this.body = body;
        cursor.wrap(body, header.isFlexible());
        withIds = header.version() >= FIRST_WITH_TOPIC_IDS;
        int transactionalIdLength = cursor.textLength();
        transactional = transactionalIdLength >= 0;
        cursor.skip(Math.max(0, transactionalIdLength));
        acks = cursor.int16();
        timeoutMs = cursor.int32();
        int topicsAt = cursor.at();
        walk();
        cursor.goBack(topicsAt);
        topicsLeft = cursor.count("topics");
        partitionsLeft = 0;
        inTopic = false;
    }

    private void walk() {
        int topics = cursor.countOnce("topics");
        for (int i = 0; i < topics; i++) {
            passKey();
            topicName(); // one that is no text is refused here
            int partitions = cursor.countOnce("partitions");
            for (int j = 0; j < partitions; j++) {
                cursor.skip(Integer.BYTES);
                cursor.skip(Math.max(0, cursor.bytesLength()));
                cursor.skipTags();
            }
            cursor.skipTags();
        }
        cursor.skipTags();
    }

    private void passKey() {
        if (withIds) {
            keyAt = cursor.skip(2 * Long.BYTES);
            return;
        }
        nameLength = cursor.textLength();
        if (nameLength < 0) {
            throw new InvalidRequestException("a topic has no name");
        }
        keyAt = cursor.skip(nameLength);
    }

    /** Forgets the request's bytes. */
    public void release() {
        body = null;
        cursor.release();
    }

    /** Whether it belongs to a transaction. */
    public boolean isTransactional() {
        return transactional;
    }

    /** As sent: −1, 0, 1, or one that is to be refused. */
    public short acks() {
        return acks;
    }

    /** As sent; negative ones too. */
    public int timeoutMs() {
        return timeoutMs;
    }

    /** Goes on to the next topic, whether or not the partitions of the one before it were looked at; false when there is none. */
    public boolean nextTopic() {
        while (inTopic) {
            inTopic = nextPartition();
        }
        if (topicsLeft == 0) {
            return false;
        }
        topicsLeft--;
        body.limit(cursor.end());
        passKey();
        partitionsLeft = cursor.count("partitions");
        inTopic = true;
        return true;
    }

    /** The topic's name; "" where the version tells the id. */
    public String topicName() {
        return withIds ? "" : keys.name(body.limit(cursor.end()), keyAt, nameLength);
    }

    /** The topic's id; that of all zeros where the version tells the name. */
    public Uuid topicId() {
        if (!withIds) {
            return Uuid.ZERO_UUID;
        }
        body.limit(cursor.end());
        return keys.id(body.getLong(keyAt), body.getLong(keyAt + Long.BYTES));
    }

    /** How many of the topic's partitions are still to come. */
    public int partitionsLeft() {
        return partitionsLeft;
    }

    /** Goes on to the next partition of the topic; false when there is none. */
    public boolean nextPartition() {
        if (!inTopic) {
            return false;
        }
        body.limit(cursor.end());
        if (partitionsLeft == 0) {
            cursor.skipTags();
            inTopic = false;
            return false;
        }
        partitionsLeft--;
        partition = cursor.int32();
        int length = Math.max(0, cursor.bytesLength());
        int from = cursor.skip(length);
        cursor.skipTags();
        body.limit(from + length).position(from);
        return true;
    }

    /** The partition's index, as sent. */
    public int partition() {
        return partition;
    }

    /** The partition's records, from position to limit of the request's own buffer; nothing where there are none. Until the next step. */
    public ByteBuffer records() {
        return body;
    }
}
