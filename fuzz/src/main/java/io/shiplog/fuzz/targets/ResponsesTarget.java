// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.targets;

import io.shiplog.fuzz.Finding;
import io.shiplog.fuzz.Meter;
import io.shiplog.fuzz.Target;
import io.shiplog.fuzz.bytes.Bytes;
import io.shiplog.fuzz.bytes.Dice;
import io.shiplog.fuzz.bytes.Mutation;
import io.shiplog.fuzz.bytes.SchemaBytes;
import io.shiplog.replication.fetch.FetchCodec;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ApiKeys;

/** What a follower reads from a leader: a version, as one byte, and the body of a Fetch response. */
public final class ResponsesTarget implements Target {
    private static final int MAX_ELEMENTS = 100_000;

    @Override
    public String name() {
        return "responses";
    }

    @Override
    public byte[] generate(Dice dice) {
        int versions = FetchCodec.MAX_VERSION - FetchCodec.MIN_VERSION + 1;
        int version = FetchCodec.MIN_VERSION + dice.below(versions);
        byte[] body = SchemaBytes.write(ApiKeys.FETCH.messageType.responseSchemas()[version], dice);
        byte[] input = new Bytes().int8(version).raw(body).toArray();
        return dice.oneIn(4) ? Mutation.of(input, dice) : input;
    }

    @Override
    public void execute(byte[] input) throws Finding {
        if (input.length > 0) {
            Meter.bounded("the reading of a response", input.length, 0, () -> read(input));
        }
    }

    private static void read(byte[] input) throws Finding {
        try {
            FetchCodec.decodeResponse(
                    ByteBuffer.wrap(input, 1, input.length - 1).slice(), input[0], MAX_ELEMENTS);
        } catch (InvalidRequestException refused) {
            return;
        } catch (RuntimeException | Error e) {
            throw Finding.escaped("the decoder of responses", e);
        }
    }
}
