// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import io.shiplog.storage.files.CrashableLogFiles.Unsynced;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;

/** Says what a {@link CrashableLogFiles} keeps, when the power goes, of everything that was not synced. */
public interface Survivors {
    /** The entries of a directory after the power came back. */
    Map<String, CrashNodes.Node> entries(CrashNodes.Directory directory);

    /** The bytes of a file after the power came back. */
    byte[] bytes(CrashNodes.File file);

    /** Bytes in one of four simple ways, and no entry that was not synced. */
    static Survivors of(Unsynced unsynced) {
        return simple(
                unsynced.toString(),
                CrashNodes.Directory::durable,
                file -> survivingBytes(file.durable(), file.current(), unsynced));
    }

    /** Nothing that was not synced. */
    static Survivors nothing() {
        return of(Unsynced.LOST);
    }

    /** Everything that was written, entries too: the process died, and the disk did not. */
    static Survivors everything() {
        return simple("everything", CrashNodes.Directory::current, CrashNodes.File::current);
    }

    /** All entries, but no bytes: new names, and files as they were or empty. */
    static Survivors entriesOnly() {
        return simple("entries only", CrashNodes.Directory::current, CrashNodes.File::durable);
    }

    /** Any subset of bytes and entries, as a seed chooses. */
    static Survivors random(long seed) {
        return new RandomSurvivors(seed);
    }

    private static Survivors simple(
            String name,
            Function<CrashNodes.Directory, Map<String, CrashNodes.Node>> entries,
            Function<CrashNodes.File, byte[]> bytes) {
        return new Survivors() {
            @Override
            public Map<String, CrashNodes.Node> entries(CrashNodes.Directory directory) {
                return entries.apply(directory);
            }

            @Override
            public byte[] bytes(CrashNodes.File file) {
                return bytes.apply(file);
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }

    private static byte[] survivingBytes(byte[] durable, byte[] written, Unsynced unsynced) {
        switch (unsynced) {
            case LOST -> {
                return durable;
            }
            case KEPT -> {
                return written;
            }
            case ZEROS -> {
                return written.length > durable.length ? Arrays.copyOf(durable, written.length) : durable;
            }
            case TORN -> {
                int same = Math.max(0, Arrays.mismatch(durable, written));
                int upTo = same + (written.length - Math.min(written.length, same)) / 2;
                byte[] torn = Arrays.copyOf(durable, Math.max(upTo, durable.length));
                System.arraycopy(written, 0, torn, 0, Math.min(upTo, written.length));
                return torn;
            }
        }
        throw new IllegalStateException();
    }
}
