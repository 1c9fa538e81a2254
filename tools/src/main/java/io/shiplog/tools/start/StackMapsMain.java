// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.start;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * {@code StackMapsMain OLD.jar NEW.jar}: copies a jar, and gives classes that were compiled for Java 5 the stack maps that later versions have.
 * The JVM archives no class without them (class-data sharing), and picocli's three hundred, parsed and verified at each start, take longer than all
 * else that a command does. What the classes do stays the same; the JVM verifies them when they are archived.
 */
public final class StackMapsMain {
    /** The last version of class files that the JVM neither archives nor asks for stack maps. */
    private static final int JAVA_5 = 49;

    private static final int MAJOR_VERSION_AT = 6;

    private StackMapsMain() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: StackMapsMain OLD.jar NEW.jar");
            System.exit(2);
        }
        Path target = Path.of(arguments[1]);
        Path unfinished = target.resolveSibling(target.getFileName() + ".new");
        try (InputStream in = Files.newInputStream(Path.of(arguments[0]));
                OutputStream out = Files.newOutputStream(unfinished)) {
            copy(in, out);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Copies a jar; closes neither stream. */
    static void copy(InputStream in, OutputStream out) throws IOException {
        ZipInputStream old = new ZipInputStream(in);
        ZipOutputStream jar = new ZipOutputStream(out);
        for (ZipEntry entry = old.getNextEntry(); entry != null; entry = old.getNextEntry()) {
            byte[] bytes = old.readAllBytes();
            ZipEntry copied = new ZipEntry(entry.getName());
            copied.setTime(entry.getTime());
            jar.putNextEntry(copied);
            jar.write(isOldClass(entry.getName(), bytes) ? withStackMaps(bytes) : bytes);
            jar.closeEntry();
        }
        jar.finish();
    }

    private static boolean isOldClass(String name, byte[] bytes) {
        return name.endsWith(".class") && bytes.length > MAJOR_VERSION_AT + 1 && majorVersion(bytes) <= JAVA_5;
    }

    static int majorVersion(byte[] classFile) {
        return ((classFile[MAJOR_VERSION_AT] & 0xff) << 8) | (classFile[MAJOR_VERSION_AT + 1] & 0xff);
    }

    private static byte[] withStackMaps(byte[] bytes) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        ClassVisitor newer = new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visit(
                    int version, int access, String name, String signature, String superName, String[] interfaces) {
                super.visit(Opcodes.V1_8, access, name, signature, superName, interfaces);
            }
        };
        new ClassReader(bytes).accept(newer, ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }
}
