//! Second pass of the symbol table: decides where each name lives.
//!
//! Invariant: a block's free names are resolved by the nearest enclosing function-like block that binds them; class blocks are
//! passed over. Source: `analyze_block` and `analyze_name` of CPython's Python/symtable.c.

use std::collections::HashSet;

use ruff_python_ast::name::Name;

use super::{Resolution, Scope, ScopeId, ScopeKind, SymbolTable, flags};
use crate::error::{Result, SyntaxError};
use crate::source::Source;

type Names = HashSet<Name>;

/// Resolves every block.
pub(super) fn resolve(table: &mut SymbolTable<'_>, source: &Source) -> Result<()> {
    let mut free = Names::new();
    block(table, source, SymbolTable::MODULE, None, &mut free, &Names::new(), &Names::new(), None)
}

struct Analysis<'s> {
    source: &'s Source,
    /// `None` at module level, where `nonlocal` is not allowed.
    bound: Option<Names>,
    local: Names,
    free: Names,
    global: Names,
    type_parameters: Names,
}

impl Analysis<'_> {
    /// Decides one name from its flags; `class_flags` are those of the class an annotation-like block can see.
    fn name(&mut self, scope: &mut Scope<'_>, index: usize, class_flags: Option<u16>) -> Result<()> {
        let module = scope.kind == ScopeKind::Module;
        let Some(symbol) = scope.symbols.get_mut(index) else { return Ok(()) };
        let name = symbol.name.clone();
        let seen = symbol.flags;
        let fail = |message: String| Err(SyntaxError::at(self.source, symbol.directive, message));
        symbol.resolution = if seen & flags::GLOBAL != 0 {
            if seen & flags::NONLOCAL != 0 {
                return fail(format!("name '{name}' is nonlocal and global"));
            }
            if let Some(bound) = &mut self.bound {
                bound.remove(&name);
            }
            self.global.insert(name);
            Resolution::GlobalExplicit
        } else if seen & flags::NONLOCAL != 0 {
            let Some(bound) = self.bound.as_ref().filter(|_| !module) else {
                return fail("nonlocal declaration not allowed at module level".to_owned());
            };
            if !bound.contains(&name) {
                return fail(format!("no binding for nonlocal '{name}' found"));
            }
            if self.type_parameters.contains(&name) {
                return fail(format!("nonlocal binding not allowed for type parameter '{name}'"));
            }
            self.free.insert(name);
            Resolution::Free
        } else if seen & flags::BOUND != 0 {
            self.global.remove(&name);
            if seen & flags::TYPE_PARAMETER != 0 {
                self.type_parameters.insert(name.clone());
            } else {
                self.type_parameters.remove(&name);
            }
            self.local.insert(name);
            Resolution::Local
        } else if let Some(class_flags) = class_flags.filter(|flags| flags & flags::GLOBAL != 0) {
            let _ = class_flags;
            Resolution::GlobalExplicit
        } else if class_flags.is_some_and(|flags| flags & flags::BOUND != 0 && flags & flags::NONLOCAL == 0) {
            Resolution::GlobalImplicit
        } else if self.bound.as_ref().is_some_and(|bound| bound.contains(&name)) {
            self.free.insert(name);
            Resolution::Free
        } else {
            Resolution::GlobalImplicit
        };
        Ok(())
    }
}

#[allow(clippy::too_many_arguments)]
fn block(
    table: &mut SymbolTable<'_>,
    source: &Source,
    id: ScopeId,
    bound: Option<&Names>,
    free: &mut Names,
    global: &Names,
    type_parameters: &Names,
    class: Option<ScopeId>,
) -> Result<()> {
    let kind = table.scope(id).kind;
    let mut analysis = Analysis {
        source,
        bound: bound.cloned(),
        local: Names::new(),
        free: Names::new(),
        global: global.clone(),
        type_parameters: type_parameters.clone(),
    };
    // What inner blocks see; a class's own names are not among it.
    let mut inner_bound = Names::new();
    let mut inner_global = Names::new();
    if kind == ScopeKind::Class {
        inner_global.extend(global.iter().cloned());
        inner_bound.extend(bound.into_iter().flatten().cloned());
    }
    for index in 0..table.scope(id).symbols.len() {
        let class_flags = class.map(|class| {
            let name = table.scope(id).symbols.get(index).map(|symbol| symbol.name.clone());
            name.map_or(0, |name| table.scope(class).flags(&name))
        });
        analysis.name(table.scope_mut(id), index, class_flags)?;
    }
    if kind == ScopeKind::Class {
        for implicit in ["__class__", "__classdict__", "__conditional_annotations__"] {
            inner_bound.insert(Name::new(implicit));
        }
    } else {
        if kind != ScopeKind::Module {
            inner_bound.extend(analysis.local.iter().cloned());
        }
        inner_bound.extend(analysis.bound.iter().flatten().cloned());
        inner_global.extend(analysis.global.iter().cloned());
    }

    let mut inner_free = Names::new();
    for child in table.scope(id).children.clone() {
        if table.scope(child).is_unevaluated {
            // Resolved for its errors alone: nothing of it reaches this block.
            let mut ignored = Names::new();
            block(
                table,
                source,
                child,
                Some(&inner_bound),
                &mut ignored,
                &inner_global,
                &analysis.type_parameters,
                None,
            )?;
            continue;
        }
        let inner_class = match table.scope(child).can_see_class {
            true if kind == ScopeKind::Class => Some(id),
            true => class,
            false => None,
        };
        block(
            table,
            source,
            child,
            Some(&inner_bound),
            &mut inner_free,
            &inner_global,
            &analysis.type_parameters,
            inner_class,
        )?;
    }

    let can_see_class = table.scope(id).can_see_class;
    let scope = table.scope_mut(id);
    if kind == ScopeKind::Class {
        scope.needs_class_cell = inner_free.remove("__class__");
        scope.needs_class_dict = inner_free.remove("__classdict__");
        if inner_free.remove("__conditional_annotations__")
            && let Some(symbol) = scope.symbol_mut("__conditional_annotations__")
        {
            symbol.resolution = Resolution::Cell;
        }
    } else if kind != ScopeKind::Module {
        for symbol in &mut scope.symbols {
            if symbol.resolution == Resolution::Local && inner_free.remove(&symbol.name) {
                symbol.resolution = Resolution::Cell;
            }
        }
    }
    // Names that only inner blocks use pass through.
    let mut passing: Vec<&Name> = inner_free.iter().collect();
    passing.sort();
    for name in passing {
        match scope.symbol_mut(name) {
            Some(symbol) => {
                // The class's own name hides the outer one here, but not from inner functions.
                let hidden_by_class =
                    kind == ScopeKind::Class && symbol.flags & (flags::BOUND | flags::GLOBAL) != 0;
                let global =
                    matches!(symbol.resolution, Resolution::GlobalImplicit | Resolution::GlobalExplicit);
                if hidden_by_class || can_see_class && global {
                    symbol.flags |= flags::FREE_CLASS;
                }
            }
            None if bound.is_some_and(|bound| bound.contains(name)) => {
                scope.add(name, 0).resolution = Resolution::Free;
            }
            None => {}
        }
    }
    free.extend(inner_free);
    free.extend(analysis.free);
    Ok(())
}
