package dev.cortado.sdk;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** Downloads one file in a process that may be killed at any moment: FOLDER ADDRESS SIZE MD5. */
final class DownloadMain {
    private DownloadMain() {}

    public static void main(String[] arguments) throws Exception {
        URI none = URI.create("http://127.0.0.1:1/"); // nothing but ADDRESS is asked
        Sources sources = new Sources(none, none, none, "");
        new ModelFiles(Path.of(arguments[0]), sources, DownloadListener.SILENT)
                .download("m.gguf", arguments[1], Long.parseLong(arguments[2]), arguments[3], null);
    }
}
