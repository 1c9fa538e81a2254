// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.targets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shiplog.fuzz.Finding;
import io.shiplog.fuzz.Meter;
import io.shiplog.fuzz.Target;
import io.shiplog.fuzz.bytes.Bytes;
import io.shiplog.fuzz.bytes.Dice;
import io.shiplog.fuzz.bytes.Mutation;
import io.shiplog.server.net.FrameReader;
import io.shiplog.server.protocol.MalformedRequest;

/**
 * A connection's bytes: eight that decide in which pieces the others come, then frames. The frames that come out are those that went in, up to the
 * first that is no frame; buffers take no more memory than the bytes that have come may cost, and all are given back.
 */
public final class FramesTarget implements Target {
    private static final int PIECES_SEED_BYTES = 8;
    private static final int MAX_FRAME_BYTES = 100_000;
    private static final int LENGTH_BYTES = 4;
    /** A chunk that is read into, one that is not cut yet, and one that frames are slices of. */
    private static final int CHUNKS = 3 * 32 * 1024;

    @Override
    public String name() {
        return "frames";
    }

    @Override
    public byte[] generate(Dice dice) {
        Bytes out = new Bytes().int64(dice.number());
        for (int i = dice.few(); i > 0; i--) {
            int length = dice.oneIn(16) ? dice.below(MAX_FRAME_BYTES) : dice.below(60);
            out.int32(dice.oneIn(16) ? dice.number() : length).raw(dice.bytes(length));
        }
        return dice.oneIn(4) ? Mutation.of(out.toArray(), dice) : out.toArray();
    }

    @Override
    public void execute(byte[] input) throws Finding {
        if (input.length >= PIECES_SEED_BYTES) {
            Meter.bounded("the cutting of frames", input.length, 8L * input.length, () -> new Run(input).run());
        }
    }

    /** One connection. */
    private static final class Run {
        private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
        private final FrameReader reader = new FrameReader(allocator, MAX_FRAME_BYTES);
        private final byte[] input;
        private final Dice pieces;
        private int at = PIECES_SEED_BYTES;
        private int cutAt = PIECES_SEED_BYTES;

        Run(byte[] input) {
            this.input = input;
            long seed = 0;
            for (int i = 0; i < PIECES_SEED_BYTES; i++) {
                seed = (seed << 8) | (input[i] & 0xff);
            }
            this.pieces = new Dice(seed);
        }

        void run() throws Finding {
            try {
                while (at < input.length) {
                    receive();
                    while (cutOne()) {
                        bounded();
                    }
                    bounded();
                }
                if (cutAt + LENGTH_BYTES <= input.length && !isEnd(cutAt)) {
                    throw new Finding("a frame does not come out", "no frame came of the bytes at " + cutAt);
                }
            } catch (MalformedRequest refused) {
                if (!isBadLength(cutAt)) {
                    throw new Finding("a good frame is refused", refused.getMessage(), refused);
                }
            } catch (RuntimeException | Error e) {
                throw Finding.escaped("the frame reader", e);
            } finally {
                reader.close();
            }
            if (allocator.metric().usedDirectMemory() != 0) {
                throw new Finding(
                        "buffers are not given back", allocator.metric().usedDirectMemory() + " bytes are held");
            }
        }

        private void receive() {
            ByteBuf buffer = reader.receiveBuffer();
            int most = pieces.oneIn(4) ? Integer.MAX_VALUE : 1 + pieces.below(pieces.oneIn(4) ? 5 : 3_000);
            int length = Math.min(most, Math.min(buffer.writableBytes(), input.length - at));
            buffer.writeBytes(input, at, length);
            at += length;
            reader.received(buffer);
        }

        private boolean cutOne() throws MalformedRequest, Finding {
            ByteBuf frame = reader.next();
            if (frame == null) {
                return false;
            }
            try {
                int length = frame.readableBytes();
                boolean same = length == lengthAt(cutAt) && cutAt + LENGTH_BYTES + length <= at;
                for (int i = 0; same && i < length; i++) {
                    same = frame.getByte(i) == input[cutAt + LENGTH_BYTES + i];
                }
                if (!same) {
                    throw new Finding("another frame comes out", "frame of " + length + " bytes at " + cutAt);
                }
                cutAt += LENGTH_BYTES + length;
                return true;
            } finally {
                frame.release();
            }
        }

        private int lengthAt(int from) {
            return ((input[from] & 0xff) << 24)
                    | ((input[from + 1] & 0xff) << 16)
                    | ((input[from + 2] & 0xff) << 8)
                    | (input[from + 3] & 0xff);
        }

        private boolean isBadLength(int from) {
            return from + LENGTH_BYTES <= input.length && (lengthAt(from) <= 0 || lengthAt(from) > MAX_FRAME_BYTES);
        }

        /** Whether the input ends within the frame that begins there. */
        private boolean isEnd(int from) {
            return lengthAt(from) > input.length - from - LENGTH_BYTES;
        }

        private void bounded() throws Finding {
            long used = allocator.metric().usedDirectMemory();
            long allowed = CHUNKS + Meter.PER_BYTE * (at - cutAt);
            if (used > allowed) {
                throw new Finding(
                        "frames take too much memory",
                        used + " bytes of buffers for " + (at - cutAt) + " bytes, allowed are " + allowed);
            }
        }
    }
}
