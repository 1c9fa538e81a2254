// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.admin;

/**
 * What a node told, or why it did not.
 *
 * @param value null when there is none
 * @param silence which kind of silence; {@link Silence#NONE} when there is a value
 * @param why in words, to follow "did not answer: "; empty when there is a value
 */
public record NodeAnswer<T>(T value, Silence silence, String why) {
    /** What no answer says of the process. */
    public enum Silence {
        NONE,
        /** The node has registered no admin endpoint: software from before there was one, or it is switched off. */
        NOT_TOLD,
        /** The host says that no process listens. */
        REFUSED,
        /** The process holds the connection, and says nothing: it hangs or is paused. */
        HANGS,
        /** The host does not answer at all. */
        UNREACHABLE,
        /** It answered that it will not tell. */
        DECLINED
    }

    /** Of a node that answered. */
    public static <T> NodeAnswer<T> of(T value) {
        return new NodeAnswer<>(value, Silence.NONE, "");
    }

    /** Of a node that did not. */
    public static <T> NodeAnswer<T> silent(Silence silence, String why) {
        return new NodeAnswer<>(null, silence, why);
    }

    /** Whether there is a value. */
    public boolean answered() {
        return silence == Silence.NONE;
    }
}
