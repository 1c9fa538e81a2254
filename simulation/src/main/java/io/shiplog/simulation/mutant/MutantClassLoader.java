// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * Loads all classes of the project anew, the mutant's as they were compiled for it and the others from the class path, so that two mutants,
 * or a mutant and this process, share no class and no static state of ours.
 */
final class MutantClassLoader extends ClassLoader {
    private static final String OURS = "io.shiplog.";

    static {
        registerAsParallelCapable();
    }

    private final Map<String, byte[]> changed;

    MutantClassLoader(Map<String, byte[]> changed, ClassLoader parent) {
        super(parent);
        this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                byte[] bytes = bytes(name);
                loaded = defineClass(name, bytes, 0, bytes.length);
            }
            if (resolve) {
                resolveClass(loaded);
            }
            return loaded;
        }
    }

    private byte[] bytes(String name) throws ClassNotFoundException {
        byte[] bytes = changed.get(name);
        if (bytes != null) {
            return bytes;
        }
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
