// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes, rates, durations and counts as people write and read them. */
public final class Units {
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final long STEP = 1024;
    private static final Pattern BYTES = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([A-Za-z]*)");
    /** Powers of 1000 beside those of 1024; a letter alone means 1024, as with most tools. */
    private static final Map<String, Double> FACTORS = Map.ofEntries(
            Map.entry("", 1.0),
            Map.entry("b", 1.0),
            Map.entry("k", 0x1p10),
            Map.entry("kib", 0x1p10),
            Map.entry("kb", 1e3),
            Map.entry("m", 0x1p20),
            Map.entry("mib", 0x1p20),
            Map.entry("mb", 1e6),
            Map.entry("g", 0x1p30),
            Map.entry("gib", 0x1p30),
            Map.entry("gb", 1e9),
            Map.entry("t", 0x1p40),
            Map.entry("tib", 0x1p40),
            Map.entry("tb", 1e12));

    private static final Pattern DURATION =
            Pattern.compile("(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+(?:\\.\\d{1,3})?)s)?");
    private static final long SECOND_MS = 1_000;
    private static final long MINUTE_MS = 60 * SECOND_MS;
    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final long DAY_MS = 24 * HOUR_MS;

    private Units() {}

    /** {@code 1536} is {@code 1.5 KiB}; exact below 1 KiB. */
    public static String bytes(long bytes) {
        if (Math.abs(bytes) < STEP) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = 0;
        // What would be printed as 1024.0 is one of the next unit.
        while (Math.abs(value) >= STEP - 0.05 && unit < BINARY.length - 1) {
            value /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, BINARY[unit]);
    }

    /** Bytes a second: {@code 1.5 KiB/s}. */
    public static String rate(double bytesPerSecond) {
        return bytes(Math.round(bytesPerSecond)) + "/s";
    }

    /** The two largest parts: {@code 2 d 3 h}, {@code 3 min 20 s}, {@code 1.5 s}, {@code 40 ms}. */
    public static String duration(long ms) {
        if (ms < 0) {
            return "-" + duration(-ms);
        }
        if (ms < SECOND_MS) {
            return ms + " ms";
        }
        if (ms < MINUTE_MS) {
            return ms < 10 * SECOND_MS && ms % SECOND_MS != 0
                    ? String.format(Locale.ROOT, "%.1f s", Math.floor(ms / 100.0) / 10)
                    : ms / SECOND_MS + " s";
        }
        if (ms < HOUR_MS) {
            return two(ms / MINUTE_MS, "min", ms % MINUTE_MS / SECOND_MS, "s");
        }
        return ms < DAY_MS
                ? two(ms / HOUR_MS, "h", ms % HOUR_MS / MINUTE_MS, "min")
                : two(ms / DAY_MS, "d", ms % DAY_MS / HOUR_MS, "h");
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }

    /** With commas between thousands. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /**
     * Reads bytes: {@code 50MiB}, {@code 50M} (the same), {@code 50MB} (powers of 1000), {@code 1.5G}, {@code 1048576}; a rate may end
     * with {@code /s}.
     *
     * @throws IllegalArgumentException when it is none, or more than a long holds; says what would be
     */
    public static long parseBytes(String text) {
        String bare = text.strip();
        bare = bare.endsWith("/s") ? bare.substring(0, bare.length() - 2) : bare;
        Matcher matcher = BYTES.matcher(bare);
        Double factor = matcher.matches() ? FACTORS.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
        double bytes = factor == null ? Double.MAX_VALUE : Double.parseDouble(matcher.group(1)) * factor;
        if (bytes >= Long.MAX_VALUE) {
            throw new IllegalArgumentException("'" + text + "' is no number of bytes: 50MiB, 1.5G or 1048576 is one");
        }
        return Math.round(bytes);
    }

    /**
     * Reads a duration in milliseconds: {@code 90s}, {@code 5m}, {@code 1h30m}, {@code 7d}, or ISO's {@code PT1H}.
     *
     * @throws IllegalArgumentException when it is none; says what would be
     */
    public static long parseDurationMs(String text) {
        String bare = text.strip();
        Matcher matcher = DURATION.matcher(bare);
        try {
            if (bare.startsWith("P")) {
                return Duration.parse(bare).toMillis();
            }
            if (!bare.isEmpty() && matcher.matches()) {
                long ms = Math.addExact(whole(matcher.group(1), DAY_MS), whole(matcher.group(2), HOUR_MS));
                ms = Math.addExact(ms, whole(matcher.group(3), MINUTE_MS));
                return Math.addExact(ms, Math.round(parsed(matcher.group(4)) * SECOND_MS));
            }
        } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
            throw noDuration(text, e);
        }
        throw noDuration(text, null);
    }

    private static long whole(String digits, long unitMs) {
        return digits == null ? 0 : Math.multiplyExact(Long.parseLong(digits), unitMs);
    }

    private static double parsed(String digits) {
        return digits == null ? 0 : Double.parseDouble(digits);
    }

    private static IllegalArgumentException noDuration(String text, Exception cause) {
        return new IllegalArgumentException("'" + text + "' is no duration: 90s, 5m, 1h30m, 7d or PT1H is one", cause);
    }
}
