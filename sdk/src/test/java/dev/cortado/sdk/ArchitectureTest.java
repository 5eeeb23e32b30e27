package dev.cortado.sdk;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, and what no class may do. */
class ArchitectureTest {
    private static JavaClasses cortado;

    @BeforeAll
    static void readTheModules() {
        List<Location> places = ModuleLayer.boot().configuration().modules().stream()
                .filter(module -> module.name().startsWith("dev.cortado."))
                .map(ResolvedModule::reference)
                .flatMap(module -> module.location().stream())
                .map(ArchitectureTest::location)
                .toList();
        cortado = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importLocations(places);
        assertThat(cortado.contain(GPT4All.class)).isTrue();
        assertThat(cortado.contain("dev.cortado.kernels.cpu.CpuBackend")).isTrue();
    }

    /** A module is a jar where the build has packaged it, else a folder of classes. */
    private static Location location(URI place) {
        return Location.of(place.getPath().endsWith(".jar") ? URI.create("jar:" + place + "!/") : place);
    }

    @Test
    void the_file_format_knows_nothing_else() {
        classes()
                .that()
                .resideInAPackage("dev.cortado.gguf..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.cortado.gguf..", "java..", "org.jspecify..")
                .check(cortado);
    }

    @Test
    void the_engine_knows_the_file_and_no_kernels() {
        classes()
                .that()
                .resideInAPackage("dev.cortado.engine..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.cortado.engine..", "dev.cortado.gguf..", "java..", "org.jspecify..", "org.slf4j..")
                .check(cortado);
    }

    @Test
    void kernels_are_found_and_never_named() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.cortado.sdk..", "dev.cortado.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.cortado.kernels..")
                .check(cortado);
    }

    @Test
    void one_class_reaches_all_memory_and_none_goes_behind_the_platform() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.cortado.kernels.cpu.memory..", "dev.cortado.kernels.vulkan..")
                .should()
                .callMethod(java.lang.foreign.MemorySegment.class, "reinterpret", long.class)
                .check(cortado);
        noClasses().should().dependOnClassesThat().resideInAnyPackage("sun..", "jdk.internal..").check(cortado);
    }

    @Test
    void classes_are_named_by_what_they_are() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .check(cortado);
    }
}
