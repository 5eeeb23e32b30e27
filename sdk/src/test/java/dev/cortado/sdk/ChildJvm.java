package dev.cortado.sdk;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A JVM of its own for a main class of the tests: class path only, no flags but those given. */
final class ChildJvm {
    private ChildJvm() {}

    /** The command for a process builder; quick to start. */
    static List<String> command(List<String> flags, String classPath, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(List.of("-Xshare:auto", "-XX:+UseSerialGC", "-cp", classPath));
        command.addAll(flags);
        command.add(main.getName());
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** Everything that this JVM runs with: test classes, module path, class path. */
    static List<String> classPath() {
        String tests = new File("target/test-classes").getAbsolutePath();
        return Stream.of(tests, System.getProperty("jdk.module.path", ""), System.getProperty("java.class.path", ""))
                .flatMap(paths -> Arrays.stream(paths.split(File.pathSeparator)))
                .filter(path -> !path.isEmpty())
                .distinct()
                .toList();
    }
}
