// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz;

/** Something that hostile bytes must not be able to cause. */
public final class Finding extends Exception {
    private static final long serialVersionUID = 1L;

    private final String kind;

    /**
     * @param kind    the same for inputs that find the same
     * @param message with the details of this input
     */
    public Finding(String kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Finding(String kind, String message) {
        this(kind, message, null);
    }

    /** Of something that nobody expected to be thrown; its kind is its type, and where it came from. */
    public static Finding escaped(String where, Throwable thrown) {
        return new Finding(
                where + " threw " + thrown.getClass().getName() + at(thrown), where + " threw " + thrown, thrown);
    }

    public String kind() {
        return kind;
    }

    private static String at(Throwable thrown) {
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (frame.getClassName().startsWith("io.shiplog")
                    || frame.getClassName().contains("MessageData")) {
                return " at " + frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber();
            }
        }
        return "";
    }
}
