// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.targets;

import io.shiplog.fuzz.Finding;
import io.shiplog.fuzz.Meter;
import io.shiplog.fuzz.Target;
import io.shiplog.fuzz.bytes.Bytes;
import io.shiplog.fuzz.bytes.Dice;
import io.shiplog.fuzz.bytes.Mutation;
import io.shiplog.server.protocol.MalformedRequest;
import io.shiplog.server.protocol.RequestHeader;
import io.shiplog.server.protocol.RequestHeaderReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Request headers of every API key and version, with client ids and tagged fields of all kinds. They are read before anybody is known. */
public final class HeadersTarget implements Target {
    private static final int TAGS = 3_000;

    @Override
    public String name() {
        return "headers";
    }

    @Override
    public byte[] generate(Dice dice) {
        Bytes out = new Bytes()
                .int16(dice.oneIn(8) ? dice.number() : dice.below(95))
                .int16(dice.oneIn(4) ? dice.number() : dice.below(20))
                .int32(dice.number());
        byte[] client = dice.bytes(dice.below(dice.oneIn(32) ? 3_000 : 12));
        out.int16(dice.oneIn(4) ? dice.number() : client.length).raw(client);
        int tags = dice.oneIn(64) ? dice.below(TAGS) : dice.below(4);
        out.unsignedVarint(dice.oneIn(8) ? dice.number() : tags);
        for (int i = 0; i < tags; i++) {
            byte[] content = dice.bytes(tags > 4 ? 0 : dice.below(20));
            out.unsignedVarint(dice.oneIn(4) ? dice.number() : i)
                    .unsignedVarint(dice.oneIn(8) ? dice.number() : content.length)
                    .raw(content);
        }
        return dice.oneIn(4) ? Mutation.of(out.toArray(), dice) : out.toArray();
    }

    @Override
    public void execute(byte[] input) throws Finding {
        Meter.bounded("a header", input.length, 0, () -> read(input));
    }

    private static void read(byte[] input) throws Finding {
        ByteBuffer bytes = ByteBuffer.wrap(input);
        try {
            RequestHeader header = new RequestHeaderReader().read(bytes);
            byte[] client = header.clientId().getBytes(StandardCharsets.UTF_8);
            // what is no UTF-8 becomes three bytes for each that it was
            if (client.length > 3 * input.length) {
                throw new Finding("a client id is longer than its header", "client id of " + client.length);
            }
        } catch (MalformedRequest refused) {
            return;
        } catch (RuntimeException | Error e) {
            throw Finding.escaped("the reader of headers", e);
        }
    }
}
