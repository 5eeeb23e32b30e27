package dev.cortado.cli.compare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A Python package where it is installed, run by a script that writes what llama-bench writes.
 *
 * @param name the package's name in the table
 * @param python the interpreter
 * @param script the text of the script
 */
record PythonPeer(String name, String python, String script) implements Peer {
    /** The package llama-cpp-python. */
    static PythonPeer llamaCppPython(String python) throws IOException {
        return new PythonPeer("llama-cpp-python", python, resource("llama_cpp_python.py"));
    }

    /** The package gpt4all. */
    static PythonPeer gpt4all(String python) throws IOException {
        return new PythonPeer("gpt4all", python, resource("gpt4all_python.py"));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = PythonPeer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the script " + name + " is missing from this program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public List<String> command(Path model, Workload workload) {
        return List.of(
                python,
                "-c",
                script,
                model.toString(),
                "" + workload.prompt(),
                "" + workload.generated(),
                "" + workload.threads(),
                "" + workload.repetitions());
    }

    @Override
    public Rates rates(String output, String messages) throws IOException {
        return Rates.ofLlamaBench(output);
    }
}
