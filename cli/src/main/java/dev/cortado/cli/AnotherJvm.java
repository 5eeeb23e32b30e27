package dev.cortado.cli;

import java.nio.file.Path;
import java.util.List;

/** How to start a JVM like this one, with the same classes in it. */
public final class AnotherJvm {
    private AnotherJvm() {}

    /** The program java that runs this. */
    public static String program() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The arguments that make it run a class of this program: from modules, or from a class path, as this JVM has it. */
    public static List<String> arguments(Class<?> main) {
        Module module = main.getModule();
        return module.isNamed()
                ? List.of("-p", System.getProperty("jdk.module.path", ""), "-m", module.getName() + "/" + main.getName())
                : List.of("-cp", System.getProperty("java.class.path", ""), main.getName());
    }
}
