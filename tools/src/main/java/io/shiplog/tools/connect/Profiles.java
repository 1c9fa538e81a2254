// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/**
 * Clusters by name: {@code NAME.bootstrap}, {@code NAME.quorum} and {@code default=NAME} in a file of properties, for those who have more than
 * one cluster or tire of typing addresses.
 */
final class Profiles {
    private static final String DEFAULT = "default";
    private static final String BOOTSTRAP = ".bootstrap";
    private static final String QUORUM = ".quorum";

    private final Path file;
    private final Properties values;

    private Profiles(Path file, Properties values) {
        this.file = file;
        this.values = values;
    }

    /** One cluster's addresses as they were written; null where there are none. */
    record Profile(String bootstrap, String quorum) {}

    /** Where the file is: {@code SHIPLOG_PROFILES}, or else below the user's directory of configurations. */
    static Path file(Map<String, String> environment) {
        String named = environment.getOrDefault("SHIPLOG_PROFILES", "");
        if (!named.isBlank()) {
            return Path.of(named);
        }
        String base = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path directory = base.isBlank() ? Path.of(System.getProperty("user.home", "."), ".config") : Path.of(base);
        return directory.resolve("shiplog").resolve("profiles.properties");
    }

    /**
     * Reads the file; one that is not there has no profiles.
     *
     * @throws IllegalArgumentException when it cannot be read
     */
    static Profiles read(Path file) {
        Properties values = new Properties();
        try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            values.load(text);
        } catch (NoSuchFileException none) {
            return new Profiles(file, values);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("cannot read the profiles in " + file + ": " + e.getMessage(), e);
        }
        return new Profiles(file, values);
    }

    /** The name that is meant when none is said; null without one. */
    String defaultName() {
        String name = values.getProperty(DEFAULT, "").strip();
        return name.isEmpty() ? null : name;
    }

    /**
     * A cluster by its name.
     *
     * @throws IllegalArgumentException when there is none of that name; names those that there are
     */
    Profile profile(String name) {
        Profile found = new Profile(value(name + BOOTSTRAP), value(name + QUORUM));
        if (found.bootstrap == null && found.quorum == null) {
            throw new IllegalArgumentException("there is no profile " + name + " in " + file + ", which " + content()
                    + "; " + name + ".bootstrap=HOST:PORT,... would make one");
        }
        return found;
    }

    private String value(String key) {
        String value = values.getProperty(key, "").strip();
        return value.isEmpty() ? null : value;
    }

    private String content() {
        if (!Files.exists(file)) {
            return "does not exist";
        }
        TreeSet<String> names = new TreeSet<>();
        for (String key : values.stringPropertyNames()) {
            if (key.endsWith(BOOTSTRAP) || key.endsWith(QUORUM)) {
                names.add(key.substring(0, key.lastIndexOf('.')));
            }
        }
        return names.isEmpty() ? "has none" : "has " + String.join(", ", names);
    }
}
