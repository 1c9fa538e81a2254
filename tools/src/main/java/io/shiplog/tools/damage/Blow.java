// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** Ways to damage a file, behind the back of whoever has it open. */
enum Blow {
    /** One bit of one byte. */
    FLIP,
    /** The end is cut off, at any byte. */
    TRUNCATE,
    DELETE;

    /** Damages the file; returns in words what was done. */
    String strike(Path file, Random random) throws IOException {
        if (this == DELETE) {
            Files.delete(file);
            return "deleted";
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = channel.size();
            long position = (long) (random.nextDouble() * size);
            if (this == TRUNCATE) {
                channel.truncate(position);
                return "cut from " + size + " to " + position + " bytes";
            }
            return flip(channel, position, 1 << random.nextInt(Byte.SIZE)) + " of " + size;
        }
    }

    /** Flips a bit of the byte at the position. */
    static void flipAt(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var unused = flip(channel, position, 1);
        }
    }

    private static String flip(FileChannel channel, long position, int bits) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        channel.read(one, position);
        one.put(0, (byte) (one.get(0) ^ bits)).flip();
        channel.write(one, position);
        return "bit flipped in byte " + position;
    }
}
