package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the build translated every shader to for Metal, as MoltenVK does when a pipeline is made. */
class MetalShadersTest {
    private static final Path SPIRV = Path.of("target/classes/dev/cortado/kernels/vulkan/shaders");
    private static final Path METAL = Path.of("target/msl");
    private static final Pattern THREADGROUP = Pattern.compile("threadgroup spvUnsafeArray<(\\w+), (\\d+)>");
    private static final Pattern BUFFER = Pattern.compile("\\[\\[buffer\\((\\d+)\\)\\]\\]");
    private static final Pattern CONSTANTS = Pattern.compile("constant (\\w+)& \\w+ \\[\\[buffer");
    private static final Pattern GROUP = Pattern.compile("gl_WorkGroupSize .*= uint3\\((\\d+)u, (\\d+)u, (\\d+)u\\)");
    private static final Map<String, Integer> BYTES = Map.of("float", 4, "half", 2, "uint", 4, "float4", 16);

    @Test
    void every_shader_has_a_translation() throws IOException {
        TreeSet<String> shaders = names(SPIRV, ".spv");
        shaders.removeIf(name -> name.startsWith("matmul_matrix_")); // MoltenVK has no cooperative matrices
        assertThat(names(METAL, ".metal")).isEqualTo(shaders).hasSizeGreaterThan(100);
    }

    private static TreeSet<String> names(Path folder, String ending) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void shared_memory_buffers_and_push_constants_stay_within_metals_limits() throws IOException {
        int withSharedMemory = 0;
        for (String name : names(METAL, ".metal")) {
            String shader = Files.readString(METAL.resolve(name + ".metal"));
            int shared = THREADGROUP
                    .matcher(shader)
                    .results()
                    .mapToInt(array -> BYTES.get(array.group(1)) * Integer.parseInt(array.group(2)))
                    .sum();
            withSharedMemory += shared > 0 ? 1 : 0;
            assertThat(shared).as("%s: threadgroup memory", name).isLessThanOrEqualTo(32 << 10);
            assertThat(BUFFER.matcher(shader).results().mapToInt(b -> Integer.parseInt(b.group(1))))
                    .as("%s: buffers", name)
                    .isNotEmpty()
                    .allMatch(buffer -> buffer <= Pipelines.BINDINGS);
            assertThat(pushConstantBytes(name, shader))
                    .as("%s: push constants", name)
                    .isBetween(4, Pipelines.PUSH_BYTES);
            assertThat(invocations(name, shader)).as("%s: invocations", name).isBetween(1, 1024);
            assertThat(shader).as(name).doesNotContain("SPIRV_CROSS_CONSTANT_ID", "double", "ulong");
        }
        assertThat(withSharedMemory).isGreaterThan(80);
    }

    /** Four bytes for each member of the structure that the kernel takes from constant memory. */
    private static int pushConstantBytes(String name, String shader) {
        String structure = group(CONSTANTS, name, shader).group(1);
        MatchResult body = group(Pattern.compile("struct " + structure + "\\s*\\{([^}]*)\\}"), name, shader);
        return 4 * (int) body.group(1).chars().filter(c -> c == ';').count();
    }

    private static int invocations(String name, String shader) {
        MatchResult size = group(GROUP, name, shader);
        return Integer.parseInt(size.group(1)) * Integer.parseInt(size.group(2)) * Integer.parseInt(size.group(3));
    }

    private static MatchResult group(Pattern pattern, String name, String shader) {
        return pattern.matcher(shader)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " has nothing like " + pattern));
    }
}
