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
import io.shiplog.fuzz.world.CheckedExchange;
import io.shiplog.fuzz.world.World;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.RequestDispatcher;
import io.shiplog.server.protocol.MalformedRequest;
import io.shiplog.server.protocol.RequestHeader;
import io.shiplog.server.protocol.RequestHeaderReader;
import io.shiplog.server.protocol.SupportedApis;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Whole requests, without the length before them: header, decoder of the API and version, handler, and the encoding of the answer. Header and
 * body are read within the bound on memory; nothing may be thrown by reading a header but {@link MalformedRequest}, and by a handler nothing at
 * all: a node stops when one does. A connection is closed only for a request of which nothing was carried out.
 */
public final class RequestsTarget implements Target {
    private static final List<String> CLIENTS = List.of("", "fuzz", "librdkafka");

    /** Elements of tables are read twice (KeyedArrays of replication). */
    private static final long LOOKED_AT_PER_BYTE = 32;
    /** An empty topic to create has two tables of its own, besides. */
    private static final long TABLES_PER_BYTE = 64;

    private record Kind(ApiKeys api, short version) {}

    private final World world = new World();
    private final List<Kind> kinds = new ArrayList<>();

    public RequestsTarget() {
        SupportedApis apis = world.begin().apis();
        for (ApiKeys api : ApiKeys.values()) {
            for (int version = 0; version <= api.latestVersion(); version++) {
                if (apis.serves(api, (short) version)) {
                    kinds.add(new Kind(api, (short) version));
                }
            }
        }
    }

    @Override
    public String name() {
        return "requests";
    }

    @Override
    public byte[] generate(Dice dice) {
        Kind kind = dice.oneOf(kinds);
        byte[] client = new Bytes().text(dice.oneOf(CLIENTS)).toArray();
        Bytes out = new Bytes()
                .int16(kind.api.id)
                .int16(kind.version)
                .int32(dice.number())
                .int16(client.length)
                .raw(client);
        if (kind.api.requestHeaderVersion(kind.version) >= 2) {
            out.int8(0);
        }
        out.raw(SchemaBytes.write(kind.api.messageType.requestSchemas()[kind.version], dice));
        return dice.oneIn(4) ? Mutation.of(out.toArray(), dice) : out.toArray();
    }

    @Override
    public String sortOf(byte[] input) {
        int key = key(input);
        return ApiKeys.hasId(key) ? ApiKeys.forId(key).name : "no API";
    }

    private static int key(byte[] input) {
        return input.length < 2 ? -1 : (input[0] << 8) | (input[1] & 0xff);
    }

    @Override
    public void execute(byte[] input) throws Finding {
        RequestDispatcher dispatcher = world.begin();
        Meter.bounded("the reading of " + sortOf(input), input.length, more(input), () -> read(dispatcher, input));
        ByteBuffer bytes = ByteBuffer.wrap(input.clone());
        RequestHeader header;
        try {
            header = new RequestHeaderReader().read(bytes);
        } catch (MalformedRequest e) {
            return;
        }
        CheckedExchange exchange = new CheckedExchange(header, bytes);
        try {
            dispatcher.process(exchange);
        } catch (RuntimeException | Error e) {
            throw Finding.escaped("the handler of " + header.api().name, e);
        }
        world.check(exchange);
    }

    private static long more(byte[] input) {
        int key = key(input);
        if (!ApiKeys.hasId(key) || !BoundedReadable.looksAhead(ApiKeys.forId(key))) {
            return 0;
        }
        return (key == ApiKeys.CREATE_TOPICS.id ? TABLES_PER_BYTE : LOOKED_AT_PER_BYTE) * input.length;
    }

    private static void read(RequestDispatcher dispatcher, byte[] input) throws Finding {
        ByteBuffer bytes = ByteBuffer.wrap(input);
        RequestHeader header;
        try {
            header = new RequestHeaderReader().read(bytes);
        } catch (MalformedRequest e) {
            return;
        } catch (RuntimeException | Error e) {
            throw Finding.escaped("the reader of headers", e);
        }
        if (dispatcher.apis().serves(header.api(), header.version())) {
            try {
                dispatcher.decode(header, bytes);
            } catch (RuntimeException refused) {
                // whatever the generated readers throw, the dispatcher closes the connection
                return;
            } catch (Error e) {
                throw Finding.escaped("the decoder of " + header.api().name, e);
            }
        }
    }
}
