import static org.lwjgl.system.MemoryUtil.memUTF8;
import static org.lwjgl.util.shaderc.Shaderc.*;
import static org.lwjgl.util.spvc.Spvc.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.Configuration;
import org.lwjgl.system.MemoryStack;

/**
 * The build step that turns src/main/glsl into SPIR-V: {@code CompileShaders GLSL_FOLDER OUTPUT_FOLDER MSL_FOLDER}.
 * Every line of variants.txt is a module: its name, its source, and macros; {@code name{A,B}} with {@code {}} elsewhere
 * in the line stands for a line per choice. Each module is also translated to Metal's language, as MoltenVK does at run
 * time, unless it has the macro NO_METAL; a test looks at the translations' limits. What did not change since the last
 * build is not compiled again.
 */
public class CompileShaders {
    private static final Pattern INCLUDE = Pattern.compile("#include \"(.+)\"");
    private static final Pattern CHOICE = Pattern.compile("^([^{ ]*)\\{([^}]+)\\}(.*)$");
    private static final int METAL_2_1 = 20100;

    private final Path glsl;
    private final Path spirv;
    private final Path metal;

    CompileShaders(Path glsl, Path spirv, Path metal) {
        this.glsl = glsl;
        this.spirv = spirv;
        this.metal = metal;
    }

    public static void main(String[] arguments) throws IOException, NoSuchAlgorithmException {
        Configuration.MEMORY_BACKEND.set("ffm");
        new CompileShaders(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2])).run();
    }

    private void run() throws IOException, NoSuchAlgorithmException {
        long start = System.nanoTime();
        Files.createDirectories(spirv);
        Files.createDirectories(metal);
        Set<String> names = new HashSet<>();
        int compiled = 0;
        for (String variant : variants()) {
            String[] words = variant.trim().split("\\s+");
            names.add(words[0]);
            String source = source(words[1]);
            Path hashFile = metal.resolve(words[0] + ".hash");
            Path module = spirv.resolve(words[0] + ".spv");
            String hash = hash(variant + source);
            if (Files.exists(module) && Files.exists(hashFile) && Files.readString(hashFile).equals(hash)) {
                continue;
            }
            compile(variant, words, source, module);
            Files.writeString(hashFile, hash);
            compiled++;
        }
        removeOthers(names);
        if (compiled > 0) {
            System.out.printf(
                    "%d of %d shaders compiled and translated to MSL in %.1f s%n",
                    compiled, names.size(), (System.nanoTime() - start) / 1e9);
        }
    }

    private List<String> variants() throws IOException {
        List<String> variants = new ArrayList<>();
        for (String line : Files.readAllLines(glsl.resolve("variants.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                expand(line, variants);
            }
        }
        return variants;
    }

    private static void expand(String line, List<String> variants) {
        var choice = CHOICE.matcher(line);
        if (!choice.matches()) {
            variants.add(line);
            return;
        }
        for (String value : choice.group(2).split(",")) {
            expand(choice.group(1) + value + choice.group(3).replace("{}", value), variants);
        }
    }

    private String source(String name) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line : Files.readAllLines(glsl.resolve(name))) {
            var include = INCLUDE.matcher(line);
            text.append(include.matches() ? source(include.group(1)) : line + "\n");
        }
        return text.toString();
    }

    private static String hash(String text) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void compile(String variant, String[] words, String source, Path module) throws IOException {
        long compiler = shaderc_compiler_initialize();
        long options = shaderc_compile_options_initialize();
        try {
            for (int i = 2; i < words.length; i++) {
                String[] macro = words[i].split("=", 2);
                shaderc_compile_options_add_macro_definition(options, macro[0], macro.length > 1 ? macro[1] : "1");
            }
            shaderc_compile_options_set_target_env(
                    options, shaderc_target_env_vulkan, shaderc_env_version_vulkan_1_1);
            shaderc_compile_options_set_optimization_level(options, shaderc_optimization_level_performance);
            shaderc_compile_options_set_warnings_as_errors(options);
            long result =
                    shaderc_compile_into_spv(compiler, source, shaderc_compute_shader, words[1], "main", options);
            if (shaderc_result_get_compilation_status(result) != shaderc_compilation_status_success) {
                throw new IllegalStateException(variant + "\n" + shaderc_result_get_error_message(result));
            }
            ByteBuffer code = shaderc_result_get_bytes(result);
            byte[] bytes = new byte[code.remaining()];
            code.get(0, bytes);
            if (!List.of(words).contains("NO_METAL")) {
                String msl = msl(variant, code);
                if (msl.contains("SPIRV_CROSS_CONSTANT_ID")) { // older MoltenVK mistranslates these
                    throw new IllegalStateException(variant + ": a specialisation constant sizes an array");
                }
                Files.writeString(metal.resolve(words[0] + ".metal"), msl);
            }
            Files.write(module, bytes);
            shaderc_result_release(result);
        } finally {
            shaderc_compile_options_release(options);
            shaderc_compiler_release(compiler);
        }
    }

    private static String msl(String variant, ByteBuffer code) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer pointer = stack.mallocPointer(1);
            spvc_context_create(pointer);
            long context = pointer.get(0);
            try {
                int words = code.remaining() / 4;
                check(variant, context, spvc_context_parse_spirv(context, code.asIntBuffer(), words, pointer));
                check(
                        variant,
                        context,
                        spvc_context_create_compiler(
                                context, SPVC_BACKEND_MSL, pointer.get(0), SPVC_CAPTURE_MODE_TAKE_OWNERSHIP, pointer));
                long compiler = pointer.get(0);
                check(variant, context, spvc_compiler_create_compiler_options(compiler, pointer));
                long options = pointer.get(0);
                check(
                        variant,
                        context,
                        spvc_compiler_options_set_uint(options, SPVC_COMPILER_OPTION_MSL_VERSION, METAL_2_1));
                check(variant, context, spvc_compiler_install_compiler_options(compiler, options));
                check(variant, context, spvc_compiler_compile(compiler, pointer));
                return memUTF8(pointer.get(0));
            } finally {
                spvc_context_destroy(context);
            }
        }
    }

    private static void check(String variant, long context, int result) {
        if (result != SPVC_SUCCESS) {
            throw new IllegalStateException(variant + ": MSL: " + spvc_context_get_last_error_string(context));
        }
    }

    private void removeOthers(Set<String> names) throws IOException {
        for (Path folder : List.of(spirv, metal)) {
            try (var files = Files.list(folder)) {
                for (Path file : files.collect(Collectors.toList())) {
                    if (!names.contains(file.getFileName().toString().replaceAll("\\.\\w+$", ""))) {
                        Files.delete(file);
                    }
                }
            }
        }
    }
}
