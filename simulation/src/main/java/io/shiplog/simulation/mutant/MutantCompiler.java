// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles changed sources, and only these, against the classes that this process runs. Nothing is written to a disk. */
final class MutantCompiler implements AutoCloseable {
    /** Our sources stand below this in every module. */
    private static final String SOURCES = "src/main/java/";

    private final Path root;
    private final JavaCompiler compiler;
    private final StandardJavaFileManager files;

    /**
     * @param root of the project's source tree
     * @throws IllegalStateException when this is a Java without a compiler
     */
    MutantCompiler(Path root) {
        this.root = root;
        this.compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("this Java has no compiler: mutants need a JDK");
        }
        this.files = compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);
    }

    /**
     * The classes that a mutant consists of, by name.
     *
     * @throws IllegalArgumentException when a change does not apply, or the outcome does not compile
     */
    Map<String, byte[]> compile(Mutant mutant) throws IOException {
        if (!mutant.isExpressible()) {
            return Map.of();
        }
        Map<String, String> sources = new TreeMap<>();
        for (SourceChange change : mutant.changes()) {
            String before = sources.containsKey(change.file()) ? sources.get(change.file()) : read(change.file());
            sources.put(change.file(), change.applyTo(before));
        }
        return compile(mutant.toString(), sources);
    }

    private String read(String path) throws IOException {
        return Files.readString(root.resolve(path));
    }

    private Map<String, byte[]> compile(String name, Map<String, String> sources) throws IOException {
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((path, text) -> units.add(new Source(path, text)));
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-nowarn", "-Xlint:none", "-implicit:none", "-g", "-classpath", classPath());
        try (InMemory target = new InMemory(files)) {
            if (compiler.getTask(null, target, diagnostics, options, null, units)
                    .call()) {
                return target.classes();
            }
        }
        StringBuilder message = new StringBuilder("mutant ").append(name).append(" does not compile");
        for (Diagnostic<?> each : diagnostics.getDiagnostics()) {
            if (each.getKind() == Diagnostic.Kind.ERROR) {
                message.append("; line ").append(each.getLineNumber()).append(": ");
                message.append(each.getMessage(Locale.ROOT));
            }
        }
        throw new IllegalArgumentException(message.toString());
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    @Override
    public void close() throws IOException {
        files.close();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String path, String text) {
            super(URI.create("mutant:///" + path.substring(path.indexOf(SOURCES) + SOURCES.length())), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class ClassFile extends SimpleJavaFileObject {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        ClassFile(String name) {
            super(URI.create("mutant:///" + name.replace('.', '/') + Kind.CLASS.extension), Kind.CLASS);
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }

    /** Keeps what the compiler writes. The files below it stay open for the next mutant. */
    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ClassFile> written = new TreeMap<>();

        InMemory(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return written.computeIfAbsent(className, ClassFile::new);
        }

        Map<String, byte[]> classes() {
            Map<String, byte[]> classes = new TreeMap<>();
            written.forEach((name, file) -> classes.put(name, file.bytes.toByteArray()));
            return classes;
        }

        @Override
        public void close() {
            // What it forwards to is closed by its owner.
        }
    }
}
