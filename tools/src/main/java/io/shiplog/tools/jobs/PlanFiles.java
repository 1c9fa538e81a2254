// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.plan.PlanFile;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.JsonReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** Plans in files. */
final class PlanFiles {
    private PlanFiles() {}

    /**
     * Reads one.
     *
     * @throws Refused when it cannot be read, or is none: with the place
     */
    static PlanFile read(Path path) {
        try {
            if (Files.size(path) > JsonReader.MAX_CHARS) {
                throw new Refused(path + " is larger than any plan (" + JsonReader.MAX_CHARS + " bytes)");
            }
            return PlanFile.read(JsonReader.read(Files.readString(path)));
        } catch (NoSuchFileException missing) {
            throw new Refused("there is no file " + path + "; shiplog reassign plan --out FILE writes one");
        } catch (CharacterCodingException binary) {
            throw new Refused(path + " is no text in UTF-8; a plan in JSON is expected");
        } catch (IOException e) {
            throw new Refused(path + " cannot be read: " + e.getMessage());
        } catch (JsonReader.Malformed e) {
            throw new Refused(path + " is no JSON: " + e.getMessage());
        } catch (PlanFile.NotAPlan e) {
            throw new Refused(path + " is no plan: " + e.getMessage());
        }
    }

    /** Writes one. */
    static void write(Path path, Map<String, Object> plan) {
        try {
            Files.writeString(path, Json.write(plan) + "\n");
        } catch (IOException e) {
            throw new Refused(path + " cannot be written: " + e.getMessage());
        }
    }
}
