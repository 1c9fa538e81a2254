// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * Loads RocksDB's native library, once per process, from a copy under the data directory: left to itself RocksDB unpacks
 * 17 MB into the system's temporary folder at every start, and leaves them there when the process is killed.
 */
final class RocksLibrary {
    private static boolean loaded;

    private RocksLibrary() {}

    static synchronized void load(Path directory) throws IOException {
        if (loaded) return;
        String name = Environment.getJniLibraryFileName("rocksdb");
        // RocksDB looks for this name when it is told where to look, not for the one in its jar.
        Path library = directory.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        var resource = RocksDB.class.getClassLoader().getResource(name);
        if (resource == null) throw new IOException("the RocksDB jar has no " + name + " for this machine");
        Files.createDirectories(directory);
        URLConnection connection = resource.openConnection();
        connection.setUseCaches(false);
        if (!Files.exists(library) || Files.size(library) != connection.getContentLengthLong()) {
            Path partial = directory.resolve(name + ".new");
            try (InputStream source = connection.getInputStream()) {
                Files.copy(source, partial, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(partial, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        RocksDB.loadLibrary(List.of(directory.toString()));
        loaded = true;
    }
}
