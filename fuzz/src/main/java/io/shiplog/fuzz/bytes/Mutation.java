// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.bytes;

import java.util.Arrays;
import java.util.List;

/** Changes bytes of which nothing is known. */
public final class Mutation {
    private static final List<Integer> TELLING = List.of(0, 1, 2, 0x7f, 0x80, 0xfe, 0xff);

    private Mutation() {}

    /** The input with one to four changes; it may be longer or shorter. */
    public static byte[] of(byte[] input, Dice dice) {
        byte[] changed = input.clone();
        for (int i = 1 + dice.below(4); i > 0; i--) {
            changed = changed.length == 0 ? dice.bytes(1 + dice.below(16)) : once(changed, dice);
        }
        return changed;
    }

    private static byte[] once(byte[] bytes, Dice dice) {
        int at = dice.below(bytes.length);
        switch (dice.below(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << dice.below(8));
            case 1 -> bytes[at] = dice.oneOf(TELLING).byteValue();
            case 2 -> overwrite(bytes, at, new Bytes().int32(dice.number()).toArray());
            case 3 ->
                overwrite(bytes, at, new Bytes().unsignedVarint(dice.number()).toArray());
            case 4 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 5 -> {
                return replaced(bytes, at, 0, dice.bytes(1 + dice.below(8)));
            }
            default -> {
                int length = Math.min(bytes.length - at, 1 + dice.below(16));
                byte[] piece = dice.oneIn(2) ? Arrays.copyOfRange(bytes, at, at + length) : new byte[0];
                return replaced(bytes, dice.below(bytes.length - length + 1), piece.length == 0 ? length : 0, piece);
            }
        }
        return bytes;
    }

    private static void overwrite(byte[] bytes, int at, byte[] with) {
        System.arraycopy(with, 0, bytes, at, Math.min(with.length, bytes.length - at));
    }

    private static byte[] replaced(byte[] bytes, int at, int removed, byte[] with) {
        byte[] result = new byte[bytes.length - removed + with.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(with, 0, result, at, with.length);
        System.arraycopy(bytes, at + removed, result, at + with.length, bytes.length - at - removed);
        return result;
    }
}
