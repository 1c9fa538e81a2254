// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.plan.PlanFile;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.JsonReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
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
            throw new Refused(path + " cannot be read: " + reason(e));
        } catch (JsonReader.Malformed e) {
            throw new Refused(path + " is no JSON: " + e.getMessage());
        } catch (PlanFile.NotAPlan e) {
            throw new Refused(path + " is no plan: " + e.getMessage());
        }
    }

    /** The system's exceptions often say no more than the path. */
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "there is no such directory";
        }
        return e instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : String.valueOf(e.getMessage());
    }

    /** Writes one. */
    static void write(Path path, Map<String, Object> plan) {
        try {
            Files.writeString(path, Json.write(plan) + "\n");
        } catch (IOException e) {
            throw new Refused(path + " cannot be written: " + reason(e));
        }
    }
}
